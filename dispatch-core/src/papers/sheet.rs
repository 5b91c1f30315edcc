//! What all papers share: the page, the look of a 公文, tables, boxes to tick, places to sign.
//!
//! Functions take text as it is and escape it, unless their argument is called `html`.
//! Invariant: every text from outside passes [`shown`].

use core::fmt::Write as _;

use super::{Campaign, moment};
use crate::markup::{META, escaped, qr_svg, shown};

/// A whole page of HTML: parts that begin on sheets of their own, each with the text for its foot.
pub(super) fn page(
    campaign: &Campaign<'_>,
    title: &str,
    wide: bool,
    parts: impl Iterator<Item = (String, String)>,
) -> String {
    let size = if wide { " size: A4 landscape;" } else { "" };
    let class = if wide { " wide" } else { "" };
    let (mut style, mut body) = (String::new(), String::new());
    // Writing to a String cannot fail.
    for (at, (foot, html)) in parts.enumerate() {
        let _ = writeln!(
            style,
            "@page p{at} {{{size} @bottom-left {{ content: \"{}\"; }} }}\n.p{at} {{ page: p{at}; }}",
            css_text(&foot)
        );
        let _ = write!(body, "<main class=\"p{at}{class}\">\n{html}</main>\n");
    }
    let code = code(campaign);
    let title = escaped(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n{META}\n<title>{title}</title>\n<style>{STYLE}{style}</style>\n</head>\n<body>\n{code}{body}</body>\n</html>\n"
    )
}

/// The QR code of the commitment, drawn once for all parts of a page.
fn code(campaign: &Campaign<'_>) -> String {
    let commitment = campaign.announced.commitment;
    let draw = &campaign.announced.document.plan.draw;
    // An id of at most 64 characters always fits; if it did not, the text beside it says the same.
    let image = qr_svg(&format!("dispatch:1:{draw}:{commitment}")).unwrap_or_default();
    let image = image.replacen("<svg ", "<svg id=\"qr\" ", 1);
    format!("<svg class=\"store\" aria-hidden=\"true\"><defs>{image}</defs></svg>\n")
}

/// The body that issues a paper, the paper's name, and its number.
pub(super) fn heading(authority: &str, name: &str, number: &str) -> String {
    format!(
        "<header><p class=\"issuer\">{}</p><h1>{name}</h1><p class=\"number\">编号：{}</p></header>\n",
        shown(authority),
        shown(number)
    )
}

/// What stands across the papers of an exercise.
pub(super) fn replay_banner(campaign: &Campaign<'_>) -> &'static str {
    if campaign.announced.document.replay {
        "<p class=\"banner\">演练：使用过去已公布的随机数，不能作为执法文书或证据</p>\n"
    } else {
        ""
    }
}

/// Until when a paper is sealed, as long as it is.
pub(super) fn seal_banner(campaign: &Campaign<'_>) -> String {
    if campaign.opened.is_some() {
        return String::new();
    }
    let time = moment::time(&campaign.announced.document.plan.schedule.disclosure_time);
    format!("<p class=\"banner\">封存：{time}前不得公开，不得向检查对象泄露</p>\n")
}

/// A heading within a paper.
pub(super) fn section(title: &str) -> String {
    format!("<h2>{title}</h2>\n")
}

/// A paragraph.
pub(super) fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", shown(text))
}

/// A table of names and values; both are HTML.
pub(super) fn facts(rows: &[(&str, String)]) -> String {
    let rows: String = rows
        .iter()
        .map(|(name, html)| format!("<tr><th scope=\"row\">{name}</th><td>{html}</td></tr>\n"))
        .collect();
    format!("<table class=\"facts\">\n{rows}</table>\n")
}

/// A table whose head is repeated on every sheet. Cells are HTML. `widths` are parts of a hundred;
/// without rows it says `empty`.
pub(super) fn table(
    columns: &[(&str, u8)],
    rows: impl Iterator<Item = Vec<String>>,
    empty: &str,
) -> String {
    let cols: String = columns
        .iter()
        .map(|(_, width)| format!("<col style=\"width:{width}%\">"))
        .collect();
    let heads: String = columns
        .iter()
        .map(|(name, _)| format!("<th scope=\"col\">{name}</th>"))
        .collect();
    let mut body: String = rows
        .map(|cells| {
            let cells: String = { cells.iter().zip(columns) }
                .map(|(html, (name, _))| format!("<td data-head=\"{name}\">{html}</td>"))
                .collect();
            format!("<tr>{cells}</tr>\n")
        })
        .collect();
    if body.is_empty() {
        let width = columns.len();
        body = format!("<tr><td colspan=\"{width}\" class=\"empty\">{empty}</td></tr>\n");
    }
    format!(
        "<table class=\"list\">\n<colgroup>{cols}</colgroup>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"
    )
}

/// Boxes to tick.
pub(super) fn boxes(labels: &[&str]) -> String {
    labels
        .iter()
        .map(|label| format!("<span class=\"box\">□ {label}</span> "))
        .collect()
}

/// A line to be filled in by hand, `width` characters long.
pub(super) fn blank(width: u8) -> String {
    format!("<span class=\"blank\" style=\"width:{width}em\"></span>")
}

/// A value, or a blank line where it is not known.
pub(super) fn known(text: &str, width: u8) -> String {
    if text.is_empty() {
        blank(width)
    } else {
        shown(text)
    }
}

/// A date to be filled in by hand.
pub(super) const DATE: &str = "　　年　　月　　日";

/// Boxes to sign in, side by side; labels are HTML.
pub(super) fn signatures(labels: &[String]) -> String {
    let boxes: String = labels
        .iter()
        .map(|html| format!("<div><b>{html}</b><span>{DATE}</span></div>\n"))
        .collect();
    format!("<section class=\"signatures\">\n{boxes}</section>\n")
}

/// Where authorities put their seals, with the date below.
pub(super) fn seals(authorities: &[&str]) -> String {
    let places: String = authorities
        .iter()
        .map(|authority| format!("<div>{}<br>（印章）<br>{DATE}</div>\n", shown(authority)))
        .collect();
    format!("<section class=\"seals\">\n{places}</section>\n")
}

/// The commitment as text and QR code, beside the HTML that explains it.
pub(super) fn commitment(campaign: &Campaign<'_>, html: &str) -> String {
    let commitment = campaign.announced.commitment;
    format!(
        "<section class=\"commitment\"><div>{html}<p class=\"hash\">{commitment}</p></div><figure>{CODE}</figure></section>\n"
    )
}

/// A hash, which may break anywhere.
pub(super) fn hash(text: &str) -> String {
    format!("<span class=\"hash\">{}</span>", shown(text))
}

/// A CSS string: everything but digits and letters by its code point, so that nothing can end the
/// string or the style.
fn css_text(text: &str) -> String {
    text.chars()
        .map(|found| {
            if found.is_ascii_alphanumeric() {
                found.to_string()
            } else {
                format!("\\{:x} ", u32::from(found))
            }
        })
        .collect()
}

/// Where the QR code is shown.
const CODE: &str = r##"<svg viewBox="0 0 100 100" role="img" aria-label="承诺值二维码"><use href="#qr" width="100" height="100"/></svg>"##;

const STYLE: &str = include_str!("sheet.css");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_cannot_end_the_style() {
        assert_eq!(
            css_text("</style><b>\"\\9"),
            r#"\3c \2f style\3e \3c b\3e \22 \5c 9"#
        );
    }
}
