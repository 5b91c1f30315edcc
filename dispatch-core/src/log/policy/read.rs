//! Reading a policy file.
//!
//! Source: C2SP tlog-policy, sections on structure, keys, groups, quorum and character set.
//! Invariant: whatever is accepted has one meaning; each name is defined once and before it is
//! used, and is a member of at most one group.

use std::collections::HashMap;

use super::{Group, LogPolicy, Member, PolicyLog, PolicyWitness, line};
use crate::language::Message;
use crate::log::key::{KeyKind, VerifierKey};

pub(super) fn read(bytes: &[u8]) -> Result<LogPolicy, Message> {
    let text = text_of(bytes)?;
    let mut reader = Reader::default();
    for (index, line) in text.split('\n').enumerate() {
        let items: Vec<_> = line
            .split([' ', '\t'])
            .filter(|item| !item.is_empty())
            .collect();
        let read = match items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with('#') => Ok(()),
            ["log", key] => reader.log(key, None),
            ["log", key, url] => reader.log(key, Some(url)),
            ["witness", name, key] => reader.witness(name, key, None),
            ["witness", name, key, url] => reader.witness(name, key, Some(url)),
            ["group", name, threshold, members @ ..] => reader.group(name, threshold, members),
            ["quorum", name] => reader.quorum(name),
            _ => Err(Message::new(
                "a line is \"log <key> [<url>]\", \"witness <name> <key> [<url>]\", \"group <name> \
                 <number, any or all> <name>...\", \"quorum <name>\" or a comment after \"#\"",
                "每行只能是 \"log <公钥> [<网址>]\"、\"witness <名称> <公钥> [<网址>]\"、\"group <名称> \
                 <数字、any 或 all> <名称>...\"、\"quorum <名称>\" 或以 \"#\" 开头的注释",
            )),
        };
        // Lossless: no text has 2^64 lines.
        let number = index.saturating_add(1);
        read.map_err(|problem| {
            Message::new(
                format!("line {number} of the policy: {problem}"),
                format!("信任策略第 {number} 行：{}", problem.chinese),
            )
        })?;
    }
    reader.finish()
}

fn text_of(bytes: &[u8]) -> Result<&str, Message> {
    if bytes.len() > MAXIMUM_LENGTH {
        return Err(Message::new(
            format!("a policy has at most {MAXIMUM_LENGTH} bytes"),
            format!("信任策略不得超过 {MAXIMUM_LENGTH} 字节"),
        ));
    }
    let allowed = |letter: char| matches!(letter, '\t' | '\n') || !letter.is_control();
    let text = core::str::from_utf8(bytes).ok();
    text.filter(|text| text.chars().all(allowed)).ok_or_else(|| {
        Message::new(
            "a policy is UTF-8 text without control characters but tab and line feed; save it as \
             UTF-8 with Unix line ends",
            "信任策略应为 UTF-8 文本，除制表符和换行符外不得含控制字符；请以 UTF-8 编码、Unix 换行格式保存",
        )
    })
}

#[derive(Default)]
struct Reader {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    /// Every name, and whether a group has it as a member already.
    names: HashMap<String, (Member, bool)>,
    quorum: Option<Option<Member>>,
}

impl Reader {
    fn log(&mut self, key: &str, url: Option<&&str>) -> Result<(), Message> {
        let key = read_key(key, KeyKind::Signature)?;
        self.is_new(&key)?;
        full(self.logs.len())?;
        let url = url.map(|url| (*url).to_owned());
        self.logs.push(PolicyLog { key, url });
        Ok(())
    }

    fn witness(&mut self, name: &str, key: &str, url: Option<&&str>) -> Result<(), Message> {
        let key = read_key(key, KeyKind::Cosignature)?;
        self.is_new(&key)?;
        full(self.witnesses.len())?;
        self.define(name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(PolicyWitness {
            name: name.to_owned(),
            key,
            url: url.map(|url| (*url).to_owned()),
        });
        Ok(())
    }

    fn group(&mut self, name: &str, threshold: &str, members: &[&str]) -> Result<(), Message> {
        let count = members.len();
        let threshold = match threshold {
            "any" => Some(1),
            "all" => Some(count),
            number => line::decode_number(number).and_then(|number| number.try_into().ok()),
        };
        let in_range = |threshold: &usize| (1..=count).contains(threshold);
        let threshold = threshold.filter(in_range).ok_or_else(|| {
            Message::new(
                format!("the group {name} has {count} members: write any, all, or a number from 1 to {count}"),
                format!("组 {name} 有 {count} 个成员：请写 any、all 或 1 到 {count} 的数字"),
            )
        })?;
        full(self.groups.len())?;
        let mut places = Vec::new();
        for member in members {
            let known = self.names.get_mut(*member);
            let (place, used) = known.ok_or_else(|| undefined(member))?;
            if core::mem::replace(used, true) {
                return Err(Message::new(
                    format!("{member} is a member of a group already; every name counts once"),
                    format!("{member} 已是某组的成员；每个名称只能计入一次"),
                ));
            }
            places.push(*place);
        }
        self.define(name, Member::Group(self.groups.len()))?;
        self.groups.push(Group {
            name: name.to_owned(),
            threshold,
            members: places,
        });
        Ok(())
    }

    fn quorum(&mut self, name: &str) -> Result<(), Message> {
        if self.quorum.is_some() {
            return Err(Message::new(
                "there is a second quorum line; a policy has exactly one",
                "出现第二个 quorum 行；信任策略只能有一个",
            ));
        }
        self.quorum = Some(if name == NONE {
            None
        } else {
            let known = self.names.get(name);
            Some(known.ok_or_else(|| undefined(name))?.0)
        });
        Ok(())
    }

    /// Nobody is a log and a witness at once, or a witness under two names.
    fn is_new(&self, key: &VerifierKey) -> Result<(), Message> {
        let logs = self.logs.iter().map(|log| &log.key);
        let witnesses = self.witnesses.iter().map(|witness| &witness.key);
        if logs.chain(witnesses).all(|other| other.key != key.key) {
            return Ok(());
        }
        let name = &key.name;
        Err(Message::new(
            format!(
                "the public key of {name} stands in the policy already; every log and every witness has a key of its own"
            ),
            format!("{name} 的公钥已在信任策略中出现；每个日志和见证方都应使用各自的公钥"),
        ))
    }

    fn define(&mut self, name: &str, member: Member) -> Result<(), Message> {
        if name == NONE || self.names.contains_key(name) {
            return Err(Message::new(
                format!("the name {name} is taken; give every witness and group a name of its own"),
                format!("名称 {name} 已被占用；每个见证方和组都应有自己的名称"),
            ));
        }
        self.names.insert(name.to_owned(), (member, false));
        Ok(())
    }

    fn finish(self) -> Result<LogPolicy, Message> {
        let quorum = self.quorum.ok_or_else(|| {
            Message::new(
                "the policy has no quorum line; add \"quorum <name>\", or \"quorum none\" to ask for \
                 no witness",
                "信任策略没有 quorum 行；请加上 \"quorum <名称>\"，不要求见证时写 \"quorum none\"",
            )
        })?;
        if self.logs.is_empty() {
            return Err(Message::new(
                "the policy has no log line; add \"log <key>\"",
                "信任策略没有 log 行；请加上 \"log <公钥>\"",
            ));
        }
        Ok(LogPolicy {
            logs: self.logs,
            witnesses: self.witnesses,
            groups: self.groups,
            quorum,
        })
    }
}

fn read_key(text: &str, kind: KeyKind) -> Result<VerifierKey, Message> {
    let key: VerifierKey = text.parse().map_err(|error| {
        Message::new(
            format!("the key is not one: {error}; copy it again as its owner publishes it"),
            format!("公钥无效（{error}）；请按其所有者公布的内容重新复制"),
        )
    })?;
    if key.kind == kind {
        return Ok(key);
    }
    Err(match kind {
        KeyKind::Signature => Message::new(
            format!(
                "{} is a key that cosigns (type 0x04); a log has one of type 0x01",
                key.name
            ),
            format!(
                "{} 是见证用公钥（类型 0x04）；日志应使用类型 0x01 的公钥",
                key.name
            ),
        ),
        KeyKind::Cosignature => Message::new(
            format!(
                "{} is a key that signs (type 0x01); a witness has one of type 0x04",
                key.name
            ),
            format!(
                "{} 是签名用公钥（类型 0x01）；见证方应使用类型 0x04 的公钥",
                key.name
            ),
        ),
    })
}

fn undefined(name: &str) -> Message {
    Message::new(
        format!("no witness or group {name} is defined in a line above"),
        format!("上文没有定义名为 {name} 的见证方或组"),
    )
}

fn full(count: usize) -> Result<(), Message> {
    if count < MAXIMUM_COUNT {
        return Ok(());
    }
    Err(Message::new(
        format!("a policy has at most {MAXIMUM_COUNT} logs, witnesses and groups each"),
        format!("信任策略中日志、见证方、组各不超过 {MAXIMUM_COUNT} 个"),
    ))
}

/// The quorum that asks for nobody.
const NONE: &str = "none";
/// C2SP recommends at least 32 of each; docs/spec.md 17.5 says 100.
const MAXIMUM_COUNT: usize = 100;
const MAXIMUM_LENGTH: usize = 1 << 20;
