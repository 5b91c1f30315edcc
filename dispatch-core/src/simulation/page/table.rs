//! A table that is a list of cards on a narrow screen.
//!
//! Invariant: cells are markup already; whoever fills them has escaped what came from outside.

/// A table with its rows.
pub(super) struct Table {
    headers: Vec<(&'static str, &'static str)>,
    rows: String,
}

impl Table {
    /// Headers in Chinese and English.
    pub(super) fn new(headers: &[(&'static str, &'static str)]) -> Self {
        Self {
            headers: headers.to_vec(),
            rows: String::new(),
        }
    }

    /// Adds a row of markup; a cell that is short and numeric stays on one line.
    pub(super) fn row(&mut self, warned: bool, cells: &[String]) {
        self.rows.push_str(if warned {
            "<tr class=\"warned\">"
        } else {
            "<tr>"
        });
        for (cell, (chinese, _)) in cells.iter().zip(&self.headers) {
            let numeric = cell.len() < 24
                && cell.starts_with(|first: char| first.is_ascii_digit())
                && !cell.contains('<');
            let class = if numeric { " class=\"n\"" } else { "" };
            // One element inside, so that the narrow form has exactly a label and a value.
            self.rows.push_str(&format!(
                "<td{class} data-l=\"{chinese}\"><div>{cell}</div></td>"
            ));
        }
        self.rows.push_str("</tr>\n");
    }

    /// The whole table.
    pub(super) fn html(&self) -> String {
        let headers: String = self
            .headers
            .iter()
            .map(|(chinese, english)| {
                format!("<th scope=\"col\">{chinese}<small lang=\"en\">{english}</small></th>")
            })
            .collect();
        format!(
            "<table>\n<thead><tr>{headers}</tr></thead>\n<tbody>\n{}</tbody>\n</table>\n",
            self.rows
        )
    }
}
