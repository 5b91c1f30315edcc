//! The private key of a log, in a file that only its owner reads.

use std::path::{Path, PathBuf};

use dispatch_core::log::{KeyKind, SignerKey};
use zeroize::Zeroizing;

use crate::failure::{Done, Failure};
use crate::folder;
use dispatch_core::randomness;

/// Reads a private key that signs.
pub(crate) fn read(path: &Path) -> Done<SignerKey> {
    let bytes = Zeroizing::new(folder::read(path)?);
    private(path)?;
    let text = core::str::from_utf8(&bytes).unwrap_or_default();
    let read = text.strip_suffix('\n').unwrap_or(text).parse::<SignerKey>();
    let path = path.display();
    let key = read.map_err(|error| {
        Failure::new(
            format!("{path}: {error}; restore it from your copy"),
            format!("{path}：{error}；请用备份恢复"),
        )
    })?;
    if key.kind() == KeyKind::Signature {
        return Ok(key);
    }
    Err(Failure::new(
        format!("{path}: is the key of a witness (type 04); a log signs with one of type 01"),
        format!("{path}：是见证方的密钥（类型04）；日志应使用类型01的密钥"),
    ))
}

/// The key in `dir`, made anew if there is none yet.
pub(crate) fn read_or_make(dir: &Path, origin: &str) -> Done<(PathBuf, SignerKey)> {
    let path = dir.join(NAME);
    if path.exists() {
        let key = read(&path)?;
        if key.name() == origin {
            return Ok((path, key));
        }
        let (path, name) = (path.display(), key.name());
        return Err(Failure::new(
            format!("{path}: is the key of {name}; choose another folder for the key of {origin}"),
            format!("{path}：是{name}的密钥；请为{origin}另选密钥目录"),
        ));
    }
    let mut seed = Zeroizing::new([0; 32]);
    randomness::fill(&mut *seed)?;
    let key = SignerKey::new(origin, KeyKind::Signature, *seed).map_err(|error| {
        Failure::new(
            format!("{origin}: {error}; choose an origin like log.example/gz"),
            format!("{origin}：{error}；请使用 log.example/gz 这样的名称"),
        )
        .usage()
    })?;
    create_private(dir)?;
    let text = Zeroizing::new(format!("{}\n", *key.to_text()));
    if folder::write_once(&path, text.as_bytes(), true)? {
        folder::sync(dir)?;
    }
    // If another process was faster, its key is the one.
    Ok((path.clone(), read(&path)?))
}

fn create_private(dir: &Path) -> Done {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder
        .create(dir)
        .map_err(|error| Failure::file(dir, &error))
}

/// Nobody else may read it.
fn private(path: &Path) -> Done {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let data = std::fs::metadata(path).map_err(|error| Failure::file(path, &error))?;
        if data.permissions().mode() & 0o077 != 0 {
            let path = path.display();
            return Err(Failure::new(
                format!(
                    "{path}: others on this computer may read this private key; run `chmod 600 {path}`, and change the key if they may have done so"
                ),
                format!(
                    "{path}：本机其他用户可以读取该私钥；请执行 chmod 600 {path}，如可能已被读取，应更换密钥"
                ),
            ));
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Name of a key file in its folder.
const NAME: &str = "log.key";
