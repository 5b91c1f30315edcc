//! `dispatch witness new`: a folder with a new key.

use dispatch_core::log::{KeyKind, SignerKey};

use crate::args::witness::New;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::witness::Store;
use dispatch_core::randomness;

pub(super) fn run(console: &Console, options: &New) -> Done {
    let mut seed = [0; 32];
    randomness::fill(&mut seed)?;
    let name = &options.name;
    let signer = SignerKey::new(name, KeyKind::Cosignature, seed).map_err(|error| {
        Failure::new(
            format!("{name}: {error}; choose a name like witness.example/1"),
            format!("{name}：{error}；请使用 witness.example/1 这样的名称"),
        )
        .usage()
    })?;
    Store::create(&options.out, &signer)?;
    let key = signer.verifier();
    let dir = options.out.display();
    console.say(
        format!("witness made in {dir}; its private key lies in {dir}/secret: back it up on separate media"),
        format!("见证方已建立：{dir}；私钥在 {dir}/secret，请另行备份"),
    );
    console.say(
        "public key, to give to those who run logs and to those who verify:",
        "公钥，交给日志运行方和核验者：",
    );
    console.line(&format!("  {key}"));
    console.say(
        "line for a policy (add the address at the end if others reach it over HTTP):",
        "信任策略中的一行（可通过HTTP访问的，在行末加网址）：",
    );
    console.line(&format!("  witness {name} {key}"));
    console.say(
        format!(
            "next: `dispatch witness trust {dir} LOG-VKEY`, then `dispatch witness serve {dir}`"
        ),
        format!("下一步：dispatch witness trust {dir} 日志公钥，然后 dispatch witness serve {dir}"),
    );
    Ok(())
}
