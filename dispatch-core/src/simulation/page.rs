//! The report as one page, Chinese first, for the screen of a telephone or a desk and for A4 paper.
//!
//! Invariant: every text from outside passes [`escaped`]; the page has no script and loads nothing,
//! and says so to the browser in its own content policy.

mod chart;
mod people;
mod section;
mod table;

use super::{Simulation, percent};
use crate::language::Message;
use crate::markup::escaped;

pub(super) fn html(simulation: &Simulation) -> String {
    let title = escaped(&simulation.title);
    let (draw, authority) = (escaped(&simulation.draw), escaped(&simulation.authority));
    let (runs, seed) = (simulation.runs, escaped(&simulation.seed));
    let sections = [
        section::gaps(simulation),
        section::coverage(simulation),
        people::loads(simulation),
        people::partners(simulation),
        people::forced(simulation),
    ]
    .concat();
    format!(
        r#"<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>模拟抽取报告 {draw}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<header>
<h1>模拟抽取报告<small lang="en">Simulation of the draw</small></h1>
<p class="lead">{title}</p>
<p>{authority} · 任务编号 {draw} · 模拟{runs}次 · 种子“{seed}”</p>
<p class="aside">模拟只用公开的试验种子，与正式抽取的结果无关。本报告写有人员、对象和回避情况，只供抽查机关内部使用。
<small lang="en">Trial seeds tell nothing about the real draw. This report names officers, subjects and recusals: for the authority only.</small></p>
</header>
{summary}{sections}</main>
</body>
</html>
"#,
        summary = summary(simulation),
    )
}

/// The answer in short.
fn summary(simulation: &Simulation) -> String {
    let (runs, short) = (u64::from(simulation.runs), u64::from(simulation.short_runs));
    let staffed = simulation.is_staffed();
    let verdict = if staffed {
        Message::new("every draw can be staffed", "每次都能配齐人员")
    } else {
        Message::new("not every draw can be staffed", "不是每次都能配齐人员")
    };
    let warned = simulation.forced.iter().filter(|pair| pair.warned).count();
    let slots: u64 = simulation.groups.iter().map(|group| group.slots).sum();
    let cards = [
        (
            if staffed { "card good" } else { "card bad" },
            format!("{}/{runs}", runs - short),
            verdict,
        ),
        (
            "card",
            simulation.selected.to_string(),
            Message::new(
                format!("subjects drawn of {}", simulation.subjects),
                format!("每次抽取户数（名录{}户）", simulation.subjects),
            ),
        ),
        (
            "card",
            super::ratio(slots, runs).trim_end_matches(".00").to_owned(),
            Message::new(
                format!(
                    "slots a draw, {} officers in the roster",
                    simulation.officers
                ),
                format!("每次席位数（名录{}人）", simulation.officers),
            ),
        ),
        (
            if warned == 0 { "card good" } else { "card bad" },
            warned.to_string(),
            Message::new(
                "pairs of officer and subject nearly forced",
                "可能被指定的派员（对）",
            ),
        ),
    ];
    let cards: String = cards
        .iter()
        .map(|(class, number, text)| {
            let (chinese, english) = (escaped(&text.chinese), escaped(&text.english));
            format!("<div class=\"{class}\"><b>{number}</b>{chinese}<small lang=\"en\">{english}</small></div>\n")
        })
        .collect();
    let open = percent(short, runs);
    format!(
        "<section class=\"cards\">\n{cards}</section>\n{}",
        if short > 0 {
            format!(
                "<p class=\"alarm\">有{open}的模拟抽取出现空缺席位。正式抽取在随机数公布后不能中止，请在公告前补救。<small lang=\"en\">{open} of the trial draws leave slots open. A draw cannot be called off once its pulse is out: mend this before announcing.</small></p>\n"
            )
        } else {
            String::new()
        }
    )
}

const STYLE: &str = r#"
@page { size: A4; margin: 14mm 12mm; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: #fff; color: #1a1a1a;
  font: 15px/1.55 "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
main { max-width: 1040px; margin: 0 auto; padding: 20px 16px 40px; }
h1 { margin: 0; font-size: 26px; line-height: 1.3; }
h2 { margin: 34px 0 8px; padding-bottom: 4px; border-bottom: 2px solid #1f4e79; font-size: 19px; line-height: 1.35; break-after: avoid; }
h3 { margin: 20px 0 6px; font-size: 16px; break-after: avoid; }
small { display: block; color: #555; font-size: 12px; font-weight: normal; line-height: 1.4; }
header p { margin: 4px 0; }
.lead { font-size: 17px; font-weight: bold; }
.aside { color: #444; font-size: 13px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; margin: 18px 0 8px; }
.card { padding: 10px 12px; border: 1px solid #c8c8c8; border-left: 5px solid #1f4e79; break-inside: avoid; font-size: 13px; line-height: 1.4; }
.card b { display: block; font-size: 24px; line-height: 1.25; font-variant-numeric: tabular-nums; }
.good { border-left-color: #2e7d32; }
.bad { border-left-color: #b3261e; background: #fdf2f1; }
.alarm { padding: 8px 12px; border: 1px solid #b3261e; background: #fdf2f1; break-inside: avoid; }
table { width: 100%; border-collapse: collapse; font-size: 13px; line-height: 1.4; font-variant-numeric: tabular-nums; }
thead { display: table-header-group; }
tr, h2, h3, p { break-inside: avoid; }
th, td { padding: 5px 8px; border-bottom: 1px solid #d4d4d4; text-align: left; vertical-align: top; overflow-wrap: break-word; }
td:first-child { min-width: 9em; }
td.n, td .id { white-space: nowrap; }
.id { color: #555; font-size: 12px; }
th { background: #eef3f8; font-weight: bold; overflow-wrap: normal; }
th small { font-size: 11px; }
td svg { display: block; width: 100%; min-width: 90px; height: 16px; margin-top: 2px; }
tr.warned td { background: #fdf2f1; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 14px; margin: 12px 0; }
figure { margin: 0; break-inside: avoid; }
figcaption { font-size: 13px; line-height: 1.35; font-weight: bold; }
figure svg { display: block; width: 100%; height: auto; }
.one { max-width: 300px; margin: 10px 0; }
.key { font-size: 12px; color: #444; }
.key i { display: inline-block; width: 12px; height: 12px; margin: 0 4px 0 10px; vertical-align: -1px; }
.gap { margin: 14px 0; padding: 10px 14px; border: 1px solid #c8c8c8; border-left: 5px solid #b3261e; }
.gap h3 { margin-top: 0; }
.gap ol { margin: 6px 0 0; padding-left: 24px; }
.gap li { margin: 6px 0; break-inside: avoid; }
@media screen and (max-width: 640px) {
  main { padding: 14px 12px 30px; }
  h1 { font-size: 22px; }
  .plots { grid-template-columns: 1fr; }
  table, tbody, td { display: block; width: 100%; min-width: 0; }
  thead { display: none; }
  tr { display: grid; grid-template-columns: 1fr 1fr; margin: 0 0 10px; border: 1px solid #c8c8c8; }
  td, td:first-child { min-width: 0; border-bottom: 1px solid #ececec; overflow-wrap: anywhere; }
  td:first-child, td:last-child { grid-column: 1 / -1; }
  td:first-child { background: #eef3f8; font-weight: bold; }
  td::before { content: attr(data-l); display: block; color: #666; font-size: 11.5px; font-weight: normal; line-height: 1.3; }
  td.n { white-space: normal; }
}
@media print {
  body { font-size: 9.5pt; }
  main { max-width: none; padding: 0; }
  h2 { margin-top: 7mm; font-size: 13pt; }
  table, td, th { font-size: 8pt; }
  th, td { padding: 1mm 1.5mm; }
  small, th small { font-size: 7pt; }
  .plots { grid-template-columns: repeat(3, 1fr); gap: 4mm; }
  .cards { grid-template-columns: repeat(4, 1fr); }
  .id { font-size: 7pt; }
}
"#;
