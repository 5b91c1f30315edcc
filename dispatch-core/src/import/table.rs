//! Rows and cells of a CSV file, numbered as a spreadsheet numbers them.
//!
//! RFC 4180 with a comma, tab or semicolon, whichever the header line holds most of. Rows end with
//! CRLF, LF or CR; a quoted cell may hold line ends and still is in one row.
//!
//! Invariant: a row is decoded as a whole into one reused buffer; cells are borrowed from it.

use super::decode::TextEncoding;

/// A CSV file being read.
pub(super) struct Table<'a> {
    body: &'a [u8],
    encoding: TextEncoding,
    reader: csv::Reader<&'a [u8]>,
    record: csv::ByteRecord,
    /// The cells of a row, one NUL behind each, where they must be decoded.
    joined: Vec<u8>,
    /// The cells of a row, one NUL behind each where `gap` is 1.
    text: String,
    /// Where each cell ends in `text`.
    ends: Vec<usize>,
    /// Bytes between two cells in `text`.
    gap: usize,
    /// Where `body` begins in the file.
    offset: usize,
    /// 1 before the first row if `body` begins with a line end that is not its own.
    lead: usize,
    row: u64,
    done: usize,
}

/// What reading one more row brought.
#[derive(Debug)]
pub(super) enum Advance {
    /// A row.
    Row,
    /// A row with a cell, numbered from 0, that is not text in the file's encoding.
    Malformed(usize),
    /// A last row with a quote that is never closed.
    OpenQuote,
    /// The end of the file.
    End,
    /// The reader gave up.
    Failed(String),
}

impl<'a> Table<'a> {
    /// Starts before the first row of `body`, which has no byte order mark.
    pub(super) fn new(body: &'a [u8], encoding: TextEncoding) -> Self {
        Self::midway(body, 0, encoding, delimiter(body))
    }

    /// The same for the rows from byte `start` on, where a row begins; they are numbered from 1.
    pub(super) fn midway(
        file: &'a [u8],
        start: usize,
        encoding: TextEncoding,
        separator: u8,
    ) -> Self {
        // A reader takes these bytes for a mark, but only at its very beginning. In GB18030 they
        // may be a character, so it is given the line end before them too.
        let is_mark = file.get(start..).is_some_and(|rest| rest.starts_with(MARK));
        let lead = usize::from(is_mark && start > 0);
        let body = file.get(start - lead..).unwrap_or_default();
        let reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER)
            .from_reader(body);
        Self {
            body,
            encoding,
            reader,
            record: csv::ByteRecord::new(),
            joined: Vec::new(),
            text: String::new(),
            ends: Vec::new(),
            gap: 0,
            offset: start - lead,
            lead,
            row: 0,
            done: 0,
        }
    }

    /// Reads the next row that is not an empty line.
    pub(super) fn advance(&mut self) -> Advance {
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => {}
            Ok(false) => return Advance::End,
            Err(error) => return Advance::Failed(error.to_string()),
        }
        let start = self.done;
        self.done = usize::try_from(self.reader.position().byte()).unwrap_or(self.body.len());
        let raw = self.body.get(start..self.done).unwrap_or_default();
        let after_return = start
            .checked_sub(1)
            .and_then(|before| self.body.get(before))
            == Some(&b'\r');
        let lead = u64::try_from(std::mem::take(&mut self.lead)).unwrap_or(0);
        let skipped = empty_lines(raw, after_return).saturating_sub(lead);
        self.row = self.row.saturating_add(skipped).saturating_add(1);
        if self.done >= self.body.len() && is_open(raw) {
            return Advance::OpenQuote;
        }
        self.decode()
    }

    /// The current row's number; the first row of the file is 1.
    pub(super) fn row(&self) -> u64 {
        self.row
    }

    /// How many cells the current row has.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A cell of the current row; empty where the row has none.
    pub(super) fn cell(&self, index: usize) -> &str {
        let end = self.ends.get(index).copied().unwrap_or_default();
        let start = match index.checked_sub(1) {
            Some(before) => self.ends.get(before).map_or(0, |end| end + self.gap),
            None => 0,
        };
        self.text.get(start..end).unwrap_or_default()
    }

    /// Where in the file the current row ends, or between its CR and LF.
    pub(super) fn position(&self) -> usize {
        self.offset + self.done
    }

    /// Decodes the record: as a whole where it is UTF-8, else cell by cell.
    fn decode(&mut self) -> Advance {
        self.text.clear();
        self.ends.clear();
        self.gap = 0;
        if let Ok(row) = std::str::from_utf8(self.record.as_slice())
            && (self.encoding != TextEncoding::Gb18030 || row.is_ascii())
        {
            self.text.push_str(row);
            let ends = (0..self.record.len()).filter_map(|cell| self.record.range(cell));
            self.ends.extend(ends.map(|range| range.end));
            return match self
                .ends
                .iter()
                .position(|end| !self.text.is_char_boundary(*end))
            {
                Some(cell) => Advance::Malformed(cell),
                None => Advance::Row,
            };
        }
        if self.decode_joined() {
            return Advance::Row;
        }
        self.text.clear();
        self.ends.clear();
        self.gap = 0;
        for (index, cell) in self.record.iter().enumerate() {
            if !self.encoding.append(cell, &mut self.text) {
                return Advance::Malformed(index);
            }
            self.ends.push(self.text.len());
        }
        Advance::Row
    }

    /// Decodes all cells at one go, with a NUL behind each; files with NUL bytes are refused before
    /// they are read. `false` where a cell is malformed.
    fn decode_joined(&mut self) -> bool {
        self.joined.clear();
        for cell in &self.record {
            self.joined.extend_from_slice(cell);
            self.joined.push(0);
        }
        if !self.encoding.append(&self.joined, &mut self.text) {
            return false;
        }
        let bytes = self.text.bytes().enumerate();
        self.ends
            .extend(bytes.filter(|(_, byte)| *byte == 0).map(|(end, _)| end));
        self.gap = 1;
        self.ends.len() == self.record.len()
    }
}

/// Empty lines before the record in `raw`. A line feed that belongs to the carriage return before
/// `raw` is not one.
pub(super) fn empty_lines(raw: &[u8], after_return: bool) -> u64 {
    let mut lines = 0;
    let mut previous = if after_return { b'\r' } else { 0 };
    for byte in raw {
        match byte {
            b'\n' if previous == b'\r' => {}
            b'\n' | b'\r' => lines += 1,
            _ => break,
        }
        previous = *byte;
    }
    lines
}

/// Whether a last record of several lines has an odd number of quotes.
fn is_open(raw: &[u8]) -> bool {
    let record = raw.trim_ascii();
    record.contains(&b'\n') && record.iter().filter(|byte| **byte == b'"').count() % 2 == 1
}

/// The separator the first line holds most of, outside quotes; a comma where there is none.
pub(super) fn delimiter(body: &[u8]) -> u8 {
    let mut counts = [0_u32; SEPARATORS.len()];
    let mut quoted = false;
    let start = body.trim_ascii_start();
    for byte in start
        .iter()
        .take_while(|byte| !matches!(byte, b'\r' | b'\n'))
    {
        quoted ^= *byte == b'"';
        if let Some(index) = SEPARATORS.iter().position(|separator| separator == byte)
            && !quoted
        {
            counts[index] += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or_default();
    let first = counts
        .iter()
        .position(|count| *count == most)
        .unwrap_or_default();
    SEPARATORS.get(first).copied().unwrap_or(b',')
}

const MARK: &[u8] = b"\xef\xbb\xbf";
const SEPARATORS: [u8; 3] = [b',', b'\t', b';'];
const BUFFER: usize = 1 << 17;

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows with their numbers; a malformed cell shows as its number.
    fn rows(body: &[u8], encoding: TextEncoding) -> Vec<(u64, Vec<String>)> {
        let mut table = Table::new(body, encoding);
        let mut rows = Vec::new();
        loop {
            let cells = match table.advance() {
                Advance::Row => (0..table.len())
                    .map(|cell| table.cell(cell).to_owned())
                    .collect(),
                Advance::Malformed(cell) => vec![format!("malformed {cell}")],
                Advance::OpenQuote => vec!["open".to_owned()],
                Advance::End | Advance::Failed(_) => return rows,
            };
            rows.push((table.row(), cells));
        }
    }

    fn numbers(body: &str) -> Vec<u64> {
        rows(body.as_bytes(), TextEncoding::Utf8)
            .into_iter()
            .map(|(row, _)| row)
            .collect()
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_does() {
        assert_eq!(numbers("a,b\n1,2\n3,4\n"), [1, 2, 3]);
        assert_eq!(numbers("a,b\r\n1,2\r\n3,4"), [1, 2, 3]);
        assert_eq!(numbers("a,b\r1,2\r3,4\r"), [1, 2, 3]);
        assert_eq!(numbers("a,b\n\n\n1,2\n"), [1, 4]);
        assert_eq!(numbers("a,b\r\n\r\n\r\n1,2\r\n"), [1, 4]);
        assert_eq!(numbers("\r\na,b\r\n1,2\r\n"), [2, 3]);
        // A cell of three lines is one row.
        assert_eq!(numbers("a,b\r\n\"x\r\ny\r\nz\",2\r\n3,4\r\n"), [1, 2, 3]);
        assert_eq!(numbers("a,b\n,\n3,4\n"), [1, 2, 3]);
    }

    #[test]
    fn the_header_line_decides_the_separator() {
        let second = |body: &str| rows(body.as_bytes(), TextEncoding::Utf8)[1].1.clone();
        assert_eq!(second("a\tb\n1,5\t2\n"), ["1,5", "2"]);
        assert_eq!(second("a;b;c\n1,5;2;3\n"), ["1,5", "2", "3"]);
        assert_eq!(second("\"a;b;c\",d\n1;5,2\n"), ["1;5", "2"]);
        assert_eq!(
            second("a,b\n\"say \"\"hi\"\", x\",2\n"),
            ["say \"hi\", x", "2"]
        );
    }

    #[test]
    fn malformed_cells_and_open_quotes_are_found() {
        // The second cell of row 2 ends inside a two-byte character.
        let body = b"\xc3\xfb,b\r\n\xc3\xfb,\xc3\r\n1,\xb3\xc6\r\n";
        let expected = [
            (1, vec!["名".to_owned(), "b".to_owned()]),
            (2, vec!["malformed 1".to_owned()]),
            (3, vec!["1".to_owned(), "称".to_owned()]),
        ];
        assert_eq!(rows(body, TextEncoding::Gb18030), expected);
        // One character split over two cells is not valid in either.
        assert_eq!(
            rows(b"\xe5\x90,\x8d\n", TextEncoding::Utf8WithMark)[0].1,
            ["malformed 0"]
        );
        assert_eq!(
            rows(b"a,b\n\"1,2\n3,4\n5,6\n", TextEncoding::Utf8)[1].1,
            ["open"]
        );
    }
}
