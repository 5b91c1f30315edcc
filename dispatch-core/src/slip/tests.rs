//! What a slip says, and what it refuses.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use super::*;

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

pub(super) fn sample() -> SlipFields {
    SlipFields {
        title: "2026 年第三季度<特种设备>\"双随机\"抽查 & 复查".into(),
        authority: "某市市场监督管理局".into(),
        draw: "2026-Q3-017".into(),
        commitment: ABC.parse().unwrap(),
        stage: 0,
        draw_commitment: None,
        receive_by: "2026-07-22 15:38:30（北京时间）".into(),
        draw_time: "2026-07-23 15:38:30（北京时间）".into(),
        disclosure_time: "2026-10-31 18:00:00（北京时间）".into(),
        round: Some(30_662_982),
        subjects: 48_210,
        officers: 316,
        visits: 0,
        replay: false,
    }
}

#[test]
fn text_has_every_field_and_the_commitment_twice() {
    let text = sample().text().unwrap();
    for part in [
        "抽取承诺单\n",
        "抽取名称：2026 年第三季度<特种设备>\"双随机\"抽查 & 复查\n",
        "组织单位：某市市场监督管理局\n",
        "抽取编号：2026-Q3-017\n",
        "抽取时间：2026-07-23 15:38:30（北京时间）\n",
        "公开时间：2026-10-31 18:00:00（北京时间）\n",
        "随机数：drand quicknet 第 30662982 轮\n",
        "检查对象：48210 个\n",
        "执法检查人员：316 名\n",
        "  ba7816bf 8f01cfea 414140de 5dae2223\n  b00361a3 96177a9c b410ff61 f20015ad\n",
        &format!("\n{ABC}\n"),
        &format!("\ndispatch verify evidence.zip --expect {ABC}\n"),
        "经办人",
        "监督人",
        "收到时间",
    ] {
        assert!(text.contains(part), "{part} is missing from {text}");
    }
    assert!(!text.contains("演练") && !text.contains("原抽取"));
    assert!(!text.contains("policy.json"));
}

#[test]
fn the_slip_of_a_stage_names_it() {
    let fields = SlipFields {
        stage: 2,
        subjects: 3,
        officers: 4,
        visits: 5,
        draw_commitment: Some(Digest::new([0xab; 32])),
        ..sample()
    };
    let text = fields.text().unwrap();
    for part in [
        "补抽：第 2 次，2026-07-23 15:38:30（北京时间）\n",
        "退出对象：3 个\n",
        "退出人员：逐户退出 5 人次，停派 4 名\n",
        &format!("原抽取承诺值：{}\n", "ab".repeat(32)),
        "最迟收到时间：须在 2026-07-22 15:38:30（北京时间） 之前收到\n",
        &format!(
            "{{\"commitment\": \"{ABC}\", \"draw\": \"2026-Q3-017\", \"received\": \"收到时间(UTC)\", \"stage\": 2}}\n"
        ),
        "--policy policy.json",
    ] {
        assert!(text.contains(part), "{part} is missing from {text}");
    }
    assert!(text.starts_with("补抽承诺单\n") && !text.contains("名录库"));
    assert!(!text.contains("抽取承诺单"));
    let page = fields.html().unwrap();
    for part in [
        "<title>补抽承诺单 2026-Q3-017</title>",
        "Stage commitment slip",
        &"ab".repeat(32),
        "&quot;stage&quot;: 2}</p>",
    ] {
        assert!(page.contains(part), "{part} is missing from {page}");
    }
    assert_eq!(fields.qr_text(), format!("dispatch:1:2026-Q3-017/2:{ABC}"));
}

#[test]
fn an_exercise_says_so_and_claims_nothing() {
    let fields = SlipFields {
        replay: true,
        round: None,
        ..sample()
    };
    for slip in [fields.text().unwrap(), fields.html().unwrap()] {
        assert!(slip.contains(REPLAY_BANNER));
        assert!(slip.contains("不使用 drand"));
        assert!(!slip.contains("即可证明"));
    }
}

#[test]
fn forged_lines_are_refused() {
    for found in [
        '\n', '\r', '\t', '\0', '\u{85}', '\u{2028}', '\u{202e}', '\u{2066}',
    ] {
        let fields = SlipFields {
            authority: format!("局{found}x"),
            ..sample()
        };
        let expected = SlipError::Character {
            field: "authority",
            code: u32::from(found),
        };
        assert_eq!(fields.text(), Err(expected.clone()));
        assert_eq!(fields.html(), Err(expected));
    }
}
