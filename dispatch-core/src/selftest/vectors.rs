//! Published vectors, and those of docs/spec.md, with their values written out.

use crate::credit_code::CreditCode;
use crate::digest::{Digest, tagged};
use crate::json::from_canonical;
use crate::language::Message;
use crate::merkle::{empty_root, leaf_hash, root_of};
use crate::selection::SubjectKey;
use crate::stream::WordStream;

use super::SelftestResult;

/// Every built-in vector.
pub(super) fn run() -> Vec<SelftestResult> {
    vec![
        part(
            "tagged hash (1.2)",
            "带标签的哈希(1.2)",
            &[
                (
                    tagged("dispatch/v1/secret", &[&[0; 32]]).to_string(),
                    SECRET,
                ),
                (tagged("a", &[b"b", b""]).to_string(), PARTS),
            ],
        ),
        part(
            "canonical JSON (1.3)",
            "规范JSON(1.3)",
            &[
                (read("{\"a\":[1,true],\"b\":\"\\n\"}"), "read"),
                (read("{\"b\":1,\"a\":1}"), "refused"),
                (read("{\"a\":1,\"a\":1}"), "refused"),
                (read("{\"a\":1.0}"), "refused"),
                (read("{\"a\":1}\n"), "refused"),
            ],
        ),
        part(
            "credit code (1.7)",
            "统一社会信用代码(1.7)",
            &[
                (code("91350100M000100Y43"), "right"),
                (code("91350100M000100Y44"), "wrong"),
            ],
        ),
        part(
            "Merkle tree (RFC 6962)",
            "默克尔树(RFC 6962)",
            &[
                (empty_root().to_string(), EMPTY_ROOT),
                (root_of(&CT_LEAVES.map(leaf_hash)).to_string(), CT_ROOT),
            ],
        ),
        part(
            "ChaCha20 words (RFC 8439)",
            "ChaCha20字流(RFC 8439)",
            &words(),
        ),
        part(
            "ticket (6)",
            "摇号号码(6)",
            &[(
                SubjectKey::new(&Digest::new([0; 32]))
                    .tickets()
                    .of("91350100M000100Y43")
                    .to_string(),
                TICKET,
            )],
        ),
    ]
}

fn part(english: &str, chinese: &str, cases: &[(String, &str)]) -> SelftestResult {
    let wrong = cases.iter().find(|(found, expected)| found != expected);
    let outcome = wrong.map_or(Ok(cases.len()), |(found, expected)| {
        Err(Message::new(
            format!("{found} instead of {expected}: do not use this build"),
            format!("得到{found},应为{expected}:请勿使用本程序"),
        ))
    });
    SelftestResult {
        name: Message::new(english, chinese),
        outcome,
    }
}

fn read(text: &str) -> String {
    let read = from_canonical::<serde_json::Value>(text.as_bytes());
    if read.is_ok() { "read" } else { "refused" }.to_owned()
}

fn code(text: &str) -> String {
    if text.parse::<CreditCode>().is_ok() {
        "right"
    } else {
        "wrong"
    }
    .to_owned()
}

/// The first words under the all-zero key: RFC 8439 appendix A.1, vectors 1 and 2.
fn words() -> Vec<(String, &'static str)> {
    let mut stream = WordStream::new([0; 32]);
    let words: Vec<String> = (0..9)
        .map(|_| format!("{:016x}", stream.next_word().swap_bytes()))
        .collect();
    vec![
        (words[..8].concat(), BLOCK_0),
        (words[8].clone(), BLOCK_1_START),
    ]
}

const SECRET: &str = "823e9912976fd02256532b31d0a4c9b3e3a8a2b5faf19842515b7369d916f6ef";
const PARTS: &str = "f98da5439dda40b852713b41b6918ed3b77e59fcf57e592462785a402a313ae4";
const EMPTY_ROOT: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// Leaves and root of the tests of certificate transparency logs.
const CT_LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b" !",
    b"01",
    b"@ABC",
    b"PQRSTUVW",
    b"`abcdefghijklmno",
];
const CT_ROOT: &str = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";
const BLOCK_0: &str = "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7\
da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586";
const BLOCK_1_START: &str = "9f07e7be5551387a";
/// `printf '%s' '<key>91350100M000100Y43' | sha256sum` with the subject key of the all-zero seed.
const TICKET: &str = "b98a7e31e6eaed80e5f68bdbae8592b647eae9805f43263f377dc468b60a843e";
