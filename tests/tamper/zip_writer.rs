//! A zip writer that does exactly what it is told, wrong things included (APPNOTE.TXT 4.3).

use dispatch_core::bundle::Files;

/// One entry, stored; every header field can be made wrong.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: Vec<u8>,
    pub(crate) data: Vec<u8>,
    pub(crate) crc: u32,
    pub(crate) size: u32,
    pub(crate) packed: u32,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    /// Extra field of the directory header.
    pub(crate) extra: Vec<u8>,
    pub(crate) comment: Vec<u8>,
    /// Name in the local header, if it differs.
    pub(crate) local_name: Option<Vec<u8>>,
}

impl Entry {
    pub(crate) fn new(name: &str, data: &[u8]) -> Self {
        let size = u32::try_from(data.len()).unwrap();
        Self {
            name: name.into(),
            data: data.to_vec(),
            crc: crc32(data),
            size,
            packed: size,
            method: 0,
            flags: 0,
            extra: Vec::new(),
            comment: Vec::new(),
            local_name: None,
        }
    }
}

/// A whole file; the fields of the end record can be made wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Archive {
    pub(crate) entries: Vec<Entry>,
    pub(crate) prefix: Vec<u8>,
    /// Between the directory and the end record.
    pub(crate) gap: Vec<u8>,
    pub(crate) comment: Vec<u8>,
    pub(crate) suffix: Vec<u8>,
    /// What the end record counts, if not the entries.
    pub(crate) count: Option<u16>,
    /// Added to the start of the directory in the end record.
    pub(crate) shift: i64,
    pub(crate) zip64: bool,
    /// Whether offsets count the prefix.
    pub(crate) offsets_count_prefix: bool,
}

impl Archive {
    pub(crate) fn of(files: &Files) -> Self {
        let entries = files
            .names()
            .map(|name| Entry::new(name, files.get(name).unwrap()))
            .collect();
        Self {
            entries,
            offsets_count_prefix: true,
            ..Self::default()
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut out = self.prefix.clone();
        let base = if self.offsets_count_prefix {
            0
        } else {
            self.prefix.len()
        };
        let mut directory = Vec::new();
        for entry in &self.entries {
            let offset = u32::try_from(out.len() - base).unwrap();
            let local = entry.local_name.as_ref().unwrap_or(&entry.name);
            out.extend(b"PK\x03\x04\x14\0");
            out.extend(common(entry, local.len(), 0));
            out.extend(local);
            out.extend(&entry.data);
            directory.extend(b"PK\x01\x02\x14\0\x14\0");
            directory.extend(common(entry, entry.name.len(), entry.extra.len()));
            directory.extend(u16::try_from(entry.comment.len()).unwrap().to_le_bytes());
            directory.extend([0; 8]);
            directory.extend(offset.to_le_bytes());
            directory.extend(&entry.name);
            directory.extend(&entry.extra);
            directory.extend(&entry.comment);
        }
        let start = i64::try_from(out.len() - base).unwrap() + self.shift;
        let count = self
            .count
            .unwrap_or(u16::try_from(self.entries.len()).unwrap());
        let size = directory.len();
        out.extend(directory);
        out.extend(&self.gap);
        if self.zip64 {
            let at = out.len() as u64;
            out.extend(b"PK\x06\x06");
            out.extend(44_u64.to_le_bytes());
            out.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            out.extend(u64::from(count).to_le_bytes());
            out.extend(u64::from(count).to_le_bytes());
            out.extend((size as u64).to_le_bytes());
            out.extend(start.to_le_bytes());
            out.extend(b"PK\x06\x07\0\0\0\0");
            out.extend(at.to_le_bytes());
            out.extend(1_u32.to_le_bytes());
        }
        out.extend(b"PK\x05\x06\0\0\0\0");
        let counted = if self.zip64 { u16::MAX } else { count };
        out.extend(counted.to_le_bytes());
        out.extend(counted.to_le_bytes());
        let (size, start) = if self.zip64 {
            (u32::MAX, u32::MAX)
        } else {
            (u32::try_from(size).unwrap(), u32::try_from(start).unwrap())
        };
        out.extend(size.to_le_bytes());
        out.extend(start.to_le_bytes());
        out.extend(u16::try_from(self.comment.len()).unwrap().to_le_bytes());
        out.extend(&self.comment);
        out.extend(&self.suffix);
        out
    }
}

/// The fields that both headers have, from the flags to the length of the extra field.
fn common(entry: &Entry, name: usize, extra: usize) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(entry.flags.to_le_bytes());
    out.extend(entry.method.to_le_bytes());
    // Midnight of 2023-08-01.
    out.extend([0, 0, 0x01, 0x57]);
    out.extend(entry.crc.to_le_bytes());
    out.extend(entry.packed.to_le_bytes());
    out.extend(entry.size.to_le_bytes());
    out.extend(u16::try_from(name).unwrap().to_le_bytes());
    out.extend(u16::try_from(extra).unwrap().to_le_bytes());
    out
}

fn crc32(data: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    };
    !data.iter().fold(u32::MAX, step)
}

#[test]
fn crc_of_the_check_string() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
}
