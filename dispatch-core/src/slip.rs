//! The commitment slip: one sheet that is printed when a draw is announced and handed to whoever
//! supervises it, so that the commitment is in other hands before the pulse exists.
//!
//! Source: docs/spec.md, announcement; the evidence grade "printed commitment".
//! Invariant: text, page and QR code carry the same full commitment, and no field can forge
//! another line of the slip: control and direction characters are refused, markup is escaped.

mod fields;
mod page;
#[cfg(test)]
mod tests;

use core::fmt::Write as _;

pub use self::fields::local_time;

use crate::digest::Digest;
use crate::markup::forges;

/// What the slip says. All texts are shown as given, on one line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlipFields {
    /// Title of the draw (抽取名称).
    pub title: String,
    /// Authority that announces it (组织单位).
    pub authority: String,
    /// Id of the draw (抽取编号).
    pub draw: String,
    /// Commitment of the announcement (承诺值).
    pub commitment: Digest,
    /// Number of the stage that it is for; 0: the draw itself (补抽).
    pub stage: u64,
    /// Of a stage, the commitment of the draw that it belongs to (原抽取承诺值); none for the draw itself.
    pub draw_commitment: Option<Digest>,
    /// Until when the slip has to be received, as people write it, with its time zone: the draw time
    /// or the stage's, minus the lead (最迟收到时间).
    pub receive_by: String,
    /// Draw time as people write it, of a stage its time, with its time zone (抽取时间).
    pub draw_time: String,
    /// Disclosure time as people write it, with its time zone (公开时间).
    pub disclosure_time: String,
    /// Quicknet round fixed by the draw time; none if the draw takes no drand pulse.
    pub round: Option<u64>,
    /// Rows of the subject roster (检查对象); of a stage, subjects that fell out.
    pub subjects: u64,
    /// Rows of the officer roster (执法检查人员); of a stage, officers who get no further visits (停派).
    pub officers: u64,
    /// Of a stage, how often an officer was taken out of one visit (逐户退出); otherwise 0.
    pub visits: u64,
    /// Whether the pulse was already public: an exercise, which proves nothing.
    pub replay: bool,
}

impl SlipFields {
    /// What the QR code holds: `dispatch:1:<draw>:<commitment>`, of stage 2 `dispatch:1:<draw>/2:…`.
    /// The commitment is what follows the last colon, whatever the draw id contains.
    #[must_use]
    pub fn qr_text(&self) -> String {
        let stage = match self.stage {
            0 => String::new(),
            number => format!("/{number}"),
        };
        format!("dispatch:1:{}{stage}:{}", self.draw, self.commitment)
    }

    /// The command that checks a bundle against this slip. A stage's slip counts through the policy.
    #[must_use]
    pub fn verify_command(&self) -> String {
        match self.stage {
            0 => format!("dispatch verify evidence.zip --expect {}", self.commitment),
            _ => "dispatch verify evidence.zip --policy policy.json".to_owned(),
        }
    }

    /// The slip as plain Chinese text, for a terminal or a message.
    ///
    /// # Errors
    /// [`SlipError::Character`] if a field holds a character that could forge the slip.
    pub fn text(&self) -> Result<String, SlipError> {
        self.check()?;
        let mut text = format!("{}\n", self.heading().0);
        if self.replay {
            text.push_str(&format!("【{REPLAY_BANNER}】\n"));
        }
        text.push('\n');
        for row in self.rows() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{}：{}", row.chinese, row.value);
        }
        text.push_str("\n承诺值（SHA-256，每组 8 个字符）：\n");
        for line in self.groups().chunks(4) {
            let _ = writeln!(text, "  {}", line.join(" "));
        }
        let _ = writeln!(text, "\n承诺值（整行）：\n{}", self.commitment);
        let _ = writeln!(
            text,
            "\n{}\n{}\n{}",
            self.purpose().0,
            CHECK.0,
            self.verify_command()
        );
        if let Some(entry) = self.policy_entry() {
            let _ = writeln!(text, "\n{}\n{entry}", POLICY.0);
        }
        let boxes = SIGNATURES.map(|(chinese, _)| format!("{chinese}：____________"));
        let _ = writeln!(text, "\n{}", boxes.join("  "));
        Ok(text)
    }

    /// The slip as an HTML page for A4, complete in itself: no script, nothing loaded.
    ///
    /// # Errors
    /// [`SlipError::Character`] as for [`Self::text`]; [`SlipError::QrCode`] if the draw id is too
    /// long for the QR code.
    pub fn html(&self) -> Result<String, SlipError> {
        self.check()?;
        page::html(self)
    }

    /// The commitment in groups of eight characters, to be read aloud and compared.
    fn groups(&self) -> Vec<String> {
        let digits: Vec<char> = self.commitment.to_string().chars().collect();
        digits
            .chunks(8)
            .map(|group| group.iter().collect())
            .collect()
    }

    /// What kind of slip it is, in Chinese and English.
    const fn heading(&self) -> (&'static str, &'static str) {
        match self.stage {
            0 => ("抽取承诺单", "Commitment slip"),
            _ => ("补抽承诺单", "Stage commitment slip"),
        }
    }

    /// What a policy (docs/spec.md section 12) says of this slip, without the time of receipt.
    fn policy_entry(&self) -> Option<String> {
        let draw = serde_json::Value::from(self.draw.as_str());
        (self.stage > 0).then(|| {
            format!(
                "{{\"commitment\": \"{}\", \"draw\": {draw}, \"received\": \"收到时间(UTC)\", \"stage\": {}}}",
                self.commitment, self.stage
            )
        })
    }

    fn rows(&self) -> Vec<Row> {
        let round = self.round.map_or_else(
            || "不使用 drand".to_owned(),
            |round| format!("drand quicknet 第 {round} 轮"),
        );
        let (time, subjects, officers) = match self.stage {
            0 => (
                Row::new("抽取时间", "Draw time", self.draw_time.clone()),
                Row::new("检查对象", "Subjects", format!("{} 个", self.subjects)),
                Row::new("执法检查人员", "Officers", format!("{} 名", self.officers)),
            ),
            number => (
                Row::new(
                    "补抽",
                    "Stage",
                    format!("第 {number} 次，{}", self.draw_time),
                ),
                Row::new(
                    "退出对象",
                    "Dropped subjects",
                    format!("{} 个", self.subjects),
                ),
                Row::new(
                    "退出人员",
                    "Dropped officers",
                    format!("逐户退出 {} 人次，停派 {} 名", self.visits, self.officers),
                ),
            ),
        };
        let original = self.draw_commitment.map(|commitment| {
            Row::new(
                "原抽取承诺值",
                "Commitment of the draw",
                commitment.to_string(),
            )
        });
        let mut rows = vec![
            Row::new("抽取名称", "Draw", self.title.clone()),
            Row::new("组织单位", "Authority", self.authority.clone()),
            Row::new("抽取编号", "Draw id", self.draw.clone()),
        ];
        rows.extend(original);
        rows.extend([
            time,
            Row::new(
                "最迟收到时间",
                "Receive by",
                format!("须在 {} 之前收到", self.receive_by),
            ),
            Row::new("公开时间", "Disclosure time", self.disclosure_time.clone()),
            Row::new("随机数", "Beacon round", round),
            subjects,
            officers,
        ]);
        rows
    }

    const fn purpose(&self) -> (&'static str, &'static str) {
        match (self.replay, self.stage) {
            (true, _) => EXERCISE,
            (false, 0) => KEEP,
            (false, _) => KEEP_STAGE,
        }
    }

    fn check(&self) -> Result<(), SlipError> {
        for (field, text) in [
            ("title", &self.title),
            ("authority", &self.authority),
            ("draw", &self.draw),
            ("draw time", &self.draw_time),
            ("time of receipt", &self.receive_by),
            ("disclosure time", &self.disclosure_time),
        ] {
            if let Some(found) = text.chars().find(|found| forges(*found)) {
                return Err(SlipError::Character {
                    field,
                    code: u32::from(found),
                });
            }
        }
        Ok(())
    }
}

/// Stands across the slip of an exercise.
pub const REPLAY_BANNER: &str = "演练（重放过去的随机数），不能作为证据";

/// Why no slip can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlipError {
    /// A line break, control or text direction character.
    #[error("the {field} holds the character U+{code:04X}, which could forge the slip: remove it")]
    Character {
        /// Name of the field.
        field: &'static str,
        /// Code point.
        code: u32,
    },
    /// The text does not fit a QR code.
    #[error("the QR code cannot hold {length} bytes ({reason}): use a shorter draw id")]
    QrCode {
        /// Length of the text in bytes.
        length: usize,
        /// What the encoder says.
        reason: String,
    },
}

/// One line of the slip.
struct Row {
    chinese: &'static str,
    english: &'static str,
    value: String,
}

impl Row {
    const fn new(chinese: &'static str, english: &'static str, value: String) -> Self {
        Self {
            chinese,
            english,
            value,
        }
    }
}

const KEEP: (&str, &str) = (
    "请保管好本单并记下收到时间：在上列最迟收到时间之前收到它，即可证明名录库、规则和随机源先于随机数固定。",
    "Keep this slip and note when you received it: received by the time above, it shows that rosters, rules and the source of \
     randomness were fixed before the randomness existed.",
);
const KEEP_STAGE: (&str, &str) = (
    "请保管好本单并记下收到时间：在上列最迟收到时间之前收到它，即可证明退出名单先于随机数固定。",
    "Keep this slip and note when you received it: received by the time above, it shows that \
     what fell out was fixed before the randomness existed.",
);
const EXERCISE: (&str, &str) = (
    "本单只用于演练：所用随机数在承诺之前已经公开，什么也证明不了。",
    "For practice only: the randomness was public before the commitment, so this slip proves nothing.",
);
const CHECK: (&str, &str) = (
    "结果公开后，取得证据包并运行下面的命令；核对通过，才说明公开的就是当初承诺的这一次抽取。",
    "At disclosure, get the bundle and run this command; only if it passes is the disclosed draw \
     the one committed to here.",
);
const POLICY: (&str, &str) = (
    "核验策略 policy.json 的 slips 中写入下面一行（“收到时间”换成协调世界时，如 2026-07-22T01:30:00Z）；原抽取的承诺单也要有一行：",
    "Write this line into the slips of policy.json, with the time of receipt in UTC; the slip of the draw \
     itself needs a line too:",
);
/// The boxes at the foot of the slip.
const SIGNATURES: [(&str, &str); 3] = [
    ("经办人", "Prepared by"),
    ("监督人", "Supervised by"),
    ("收到时间", "Received at"),
];
