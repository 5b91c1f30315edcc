//! Witnesses: over HTTP, by hand, and when they know more than this log does.

use std::fs;

use dispatch_core::log::{LogPolicy, SignedCheckpoint};

use super::entries;
use crate::desk::Desk;
use crate::witness::server::Office;

fn appended(desk: &Desk, count: u64) {
    desk.write("next.jsonl", &entries("甲局", desk.size() + 1, count));
    desk.log("append", &["next.jsonl"]).done();
}

#[test]
fn over_http_until_an_old_backup_is_put_back() {
    let desk = Desk::new();
    let key = desk.new_log();
    let office = Office::trusting(&[&key]);
    let server = office.serve();
    let address = &server.address;
    let lines = format!(
        "witness 省局 {} http://{address}\nquorum 省局\n",
        office.vkey
    );
    desk.policy(&key, &lines);
    desk.run(&["log", "cosign", "log"])
        .refused(&["no entries yet"]);
    appended(&desk, 3);
    desk.run(&["log", "prove", "log", "--index", "0", "--out", "early"])
        .refused(&["no checkpoint", "dispatch log cosign"]);
    desk.run(&["log", "cosign", "log"])
        .done()
        .says(&["省局: cosigned", "reaches the quorum"]);
    desk.run(&["log", "cosign", "log"])
        .done()
        .says(&["has cosigned already"]);
    let policy = LogPolicy::read(desk.read("policy")).unwrap();
    let shown = SignedCheckpoint::read(desk.read("log/checkpoint").as_bytes()).unwrap();
    assert!(policy.judge(&shown).unwrap().quorum.is_some());
    assert_eq!(desk.read("log/checkpoint"), desk.read("log/checkpoints/1"));
    desk.copy("log", "backup");

    // Two checkpoints later: the entry of the one in between is shown by the one that was cosigned.
    appended(&desk, 2);
    appended(&desk, 500);
    desk.run(&["log", "cosign", "log"]).done();
    desk.run(&["log", "prove", "log", "--index", "4", "--out", "4.proof"])
        .done()
        .says(&["by checkpoint 3"]);
    desk.run(&["log", "prove", "log", "--index", "2", "--out", "2.proof"])
        .done()
        .says(&["by checkpoint 1"]);
    desk.check().done();

    // The old backup.
    fs::remove_dir_all(desk.path("log")).unwrap();
    desk.copy("backup", "log");
    desk.write("next.jsonl", &entries("乙局", 1, 1));
    desk.log("append", &["next.jsonl"])
        .refused(&["at size 505, it has only 3 here", "old backup"]);
    desk.log("append", &["next.jsonl", "--offline"])
        .done()
        .says(&["were not asked"]);
    desk.run(&["log", "cosign", "log"]).refused(&["old backup"]);
    // Grown beyond it, it is another history.
    desk.write("next.jsonl", &entries("乙局", 2, 600));
    desk.log("append", &["next.jsonl", "--offline"]).done();
    desk.run(&["log", "cosign", "log"])
        .refused(&["another history"]);
    desk.write("next.jsonl", &entries("乙局", 602, 1));
    desk.log("append", &["next.jsonl"])
        .refused(&["another history"]);

    // A witness that cannot be reached keeps nobody from writing.
    drop(server);
    desk.log("append", &["next.jsonl"])
        .done()
        .says(&["省局: not asked"]);
}

#[test]
fn by_hand() {
    let desk = Desk::new();
    let key = desk.new_log();
    let office = Office::trusting(&[&key]);
    desk.policy(
        &key,
        &format!("witness 省局 {}\nquorum 省局\n", office.vkey),
    );
    appended(&desk, 300);
    desk.run(&["log", "cosign", "log"])
        .refused(&["--request-for", "do not reach the quorum"]);
    let request = |out: &str, more: &[&str]| {
        let start = [
            "log",
            "cosign",
            "log",
            "--request-for",
            "省局",
            "--out",
            out,
        ];
        desk.run(&[&start[..], more].concat())
    };
    request("1.request", &[])
        .done()
        .says(&["from size 0 to 300"]);
    desk.run(&[
        "log",
        "cosign",
        "log",
        "--request-for",
        "市局",
        "--out",
        "x",
    ])
    .refused(&["no witness 市局", "省局"]);
    let answer = |request: &str, out: &str| {
        let (request, out) = (desk.path(request), desk.path(out));
        office.run(&[
            "cosign",
            "w",
            request.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ])
    };
    answer("1.request", "1.answer").done();
    // Meanwhile the log has grown; the line still finds its checkpoint.
    appended(&desk, 1);
    desk.run(&["log", "cosign", "log", "--answer", "1.answer"])
        .done()
        .says(&["cosigned checkpoint 1"]);
    request("2.request", &[])
        .done()
        .says(&["from size 300 to 301"]);
    answer("2.request", "2.answer").done();
    // Lost on the way; a request from the wrong size is refused with the right one.
    request("3.request", &["--old", "0"]).done();
    appended(&desk, 1);
    request("4.request", &[]).done();
    answer("4.request", "4.answer").refused(&["301"]);
    desk.run(&["log", "cosign", "log", "--answer", "4.answer"])
        .refused(&["the witness refused", "--old 301"]);
    request("5.request", &["--old", "301"]).done();
    answer("5.request", "5.answer").done();
    desk.run(&["log", "cosign", "log", "--answer", "5.answer"])
        .done()
        .says(&["reaches the quorum"]);
    desk.write("junk", "— 省局 AAAAAAA=\n");
    desk.run(&["log", "cosign", "log", "--answer", "junk"])
        .refused(&["no cosignature"]);
    desk.check().done();
}
