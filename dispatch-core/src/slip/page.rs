//! The slip as one HTML page for A4 paper, Chinese first, English below.
//!
//! Invariant: every text from outside passes [`escaped`]; the page has no script and loads
//! nothing, and says so to the browser in its own content policy.

use super::{CHECK, POLICY, REPLAY_BANNER, SIGNATURES, SlipError, SlipFields};
use crate::markup::{META, escaped, qr_svg};

/// The whole page.
pub(super) fn html(fields: &SlipFields) -> Result<String, SlipError> {
    let text = fields.qr_text();
    let qr = qr_svg(&text).map_err(|reason| SlipError::QrCode {
        length: text.len(),
        reason,
    })?;
    let banner = if fields.replay {
        format!("<p class=\"replay\">{REPLAY_BANNER}<small>{REPLAY_ENGLISH}</small></p>\n")
    } else {
        String::new()
    };
    let rows: String = fields
        .rows()
        .iter()
        .map(|row| {
            let value = escaped(&row.value);
            format!(
                "<tr><th>{}<small>{}</small></th><td>{value}</td></tr>\n",
                row.chinese, row.english
            )
        })
        .collect();
    let groups: String = fields
        .groups()
        .chunks(4)
        .map(|line| format!("<span>{}</span>\n", line.join(" ")))
        .collect();
    let boxes: String = SIGNATURES
        .iter()
        .map(|(chinese, english)| format!("<div>{chinese}<small>{english}</small></div>\n"))
        .collect();
    let (commitment, command) = (fields.commitment, escaped(&fields.verify_command()));
    let (keep, keep_english) = fields.purpose();
    let (check, check_english) = CHECK;
    let (heading, heading_english) = fields.heading();
    let policy = fields.policy_entry().map_or_else(String::new, |entry| {
        let (text, english) = POLICY;
        let entry = escaped(&entry);
        format!(
            "<p>{text}<small lang=\"en\">{english}</small></p>\n<p class=\"line\">{entry}</p>\n"
        )
    });
    Ok(format!(
        r#"<!DOCTYPE html>
<html lang="zh-CN">
<head>
{META}
<title>{heading} {draw}</title>
<style>{STYLE}</style>
</head>
<body>
<main{class}>
<h1>{heading}<small lang="en">{heading_english}</small></h1>
{banner}<table>
{rows}</table>
<section class="commitment">
<div>
<h2>承诺值<small>Commitment, SHA-256</small></h2>
<p class="groups">
{groups}</p>
</div>
<figure>{qr}</figure>
</section>
<p class="line">{commitment}</p>
<section class="purpose">
<p>{keep}<small lang="en">{keep_english}</small></p>
<p>{check}<small lang="en">{check_english}</small></p>
<p class="line">{command}</p>
{policy}</section>
<section class="signatures">
{boxes}</section>
</main>
</body>
</html>
"#,
        draw = escaped(&fields.draw),
        class = if fields.stage > 0 {
            " class=\"stage\""
        } else {
            ""
        },
    ))
}

const REPLAY_ENGLISH: &str = "Exercise with past randomness: not evidence";

const STYLE: &str = r#"
@page { size: A4; margin: 12mm 15mm; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #000; line-height: 1.5;
  font: 11pt/1.5 "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif; }
main { max-width: 180mm; margin: 0 auto; }
@media screen { main { padding: 10mm 4mm; } }
h1 { margin: 0 0 4mm; font-size: 24pt; line-height: 1.2; text-align: center; letter-spacing: .1em; }
h2 { margin: 0; font-size: 13pt; }
small { display: block; color: #444; font-size: 8.5pt; font-weight: normal; line-height: 1.25; letter-spacing: 0; }
.replay { margin: 0 0 4mm; padding: 2mm; border: 1mm solid #b00000; color: #b00000;
  font-size: 16pt; font-weight: bold; text-align: center; }
.replay small { color: #b00000; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 1mm 3mm; line-height: 1.3; border: .3mm solid #888; text-align: left; vertical-align: middle; overflow-wrap: anywhere; }
th { width: 38mm; font-weight: bold; }
.commitment { display: flex; align-items: center; justify-content: space-between; margin-top: 3mm; break-inside: avoid; }
.groups { margin: 2mm 0 0; }
.groups span { display: block; white-space: nowrap; }
.groups, .line { font-family: "DejaVu Sans Mono", Consolas, Menlo, "Liberation Mono", monospace; }
.groups { font-size: 15pt; line-height: 1.6; }
.line { margin: 2mm 0; padding: 1.5mm 2mm; background: #f0f0f0; font-size: 7.6pt; white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: 0; }
figure svg { display: block; width: 42mm; height: 42mm; }
.purpose { break-inside: avoid; }
.purpose p { margin: 2.5mm 0; }
.signatures { display: flex; gap: 4mm; margin-top: 4mm; break-inside: avoid; }
@media screen and (max-width: 600px) {
  th { width: 26mm; }
  .commitment { display: block; }
  .groups { font-size: 11pt; }
  .groups span { white-space: normal; }
  figure svg { margin: 4mm auto; }
  .signatures { flex-direction: column; }
}
/* A stage's slip says more, and is to stay one sheet. */
@media print {
  .stage { font-size: 10pt; }
  .stage h1 { margin-bottom: 3mm; font-size: 20pt; }
  .stage th, .stage td { padding: .5mm 3mm; }
  .stage .purpose p { margin: 1.5mm 0; }
  .stage .groups { font-size: 14pt; }
  .stage figure svg { width: 36mm; height: 36mm; }
  .stage .commitment, .stage .signatures { margin-top: 2mm; }
}
.signatures div { flex: 1; min-height: 24mm; padding: 1.5mm 2.5mm; border: .3mm solid #888; font-weight: bold; }
@media print { .stage .signatures div { min-height: 16mm; } }
"#;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::super::tests::sample;
    use super::*;

    #[test]
    fn page_has_the_exact_commitment_and_escaped_fields() {
        let fields = SlipFields {
            draw: "<b>'1'".into(),
            ..sample()
        };
        let page = fields.html().unwrap();
        let commitment = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        for part in [
            &format!("<p class=\"line\">{commitment}</p>"),
            &format!("dispatch verify evidence.zip --expect {commitment}</p>"),
            "<span>ba7816bf 8f01cfea 414140de 5dae2223</span>",
            "<td>2026 年第三季度&lt;特种设备&gt;&quot;双随机&quot;抽查 &amp; 复查</td>",
            "<td>&lt;b&gt;&#39;1&#39;</td>",
            "<title>抽取承诺单 &lt;b&gt;&#39;1&#39;</title>",
            "<td>48210 个</td>",
            "<td>316 名</td>",
            "第 30662982 轮",
            "经办人",
            "监督人",
            "收到时间",
        ] {
            assert!(page.contains(part), "{part} is missing");
        }
        assert!(!page.contains("<b>"));
        assert!(!page.contains("class=\"replay\""));
    }

    #[test]
    fn page_is_complete_in_itself() {
        let page = sample().html().unwrap();
        for part in [
            "<script", "src=", "href=", "url(", "@import", "<?xml", "<link",
        ] {
            assert!(!page.contains(part), "{part}");
        }
        assert_eq!(page.matches("<svg").count(), 1);
        // The only address is the name of the SVG vocabulary, which is never fetched.
        assert_eq!(page.matches("://").count(), 1);
    }

    #[test]
    fn a_draw_id_too_long_for_the_code_is_an_error() {
        let fields = SlipFields {
            draw: "9".repeat(8000),
            ..sample()
        };
        assert!(matches!(
            fields.html(),
            Err(SlipError::QrCode { length: 8076, .. })
        ));
        assert!(fields.text().is_ok());
    }
}
