//! The container tampered with, byte by byte: both verifiers must read it alike.

use std::io::Cursor;

use dispatch_core::bundle::{Files, Limits};
use dispatch_core::verify::{Expectations, Status, verify};

use crate::vectors::bundle;
use crate::zip_writer::{Archive, Entry};
use dispatch_tests::independent::{Case, compare};

#[test]
fn damaged_containers_are_refused_alike() {
    let mut cases = Vec::new();
    for base in ["early-public", "sealed-risk-auditor"] {
        let good = Archive::of(&bundle(base));
        for (what, passes, archive) in archives(&good) {
            let zip = archive.bytes();
            let files = Files::unpack(Cursor::new(&zip), Limits::default());
            let report = verify("", files, &Expectations::default(), &mut |_| {});
            let status = report.status("A01");
            let due = if passes { Status::Pass } else { Status::Fail };
            assert_eq!(
                status,
                Some(due),
                "{base}: {what}: {:?}",
                report.checks.first()
            );
            cases.push(Case {
                what: format!("{base}: {what}"),
                zip,
                report,
            });
        }
        let whole = good.bytes();
        for length in
            (0..whole.len())
                .step_by(whole.len() / 40)
                .chain([1, 21, 22, 23, whole.len() - 1])
        {
            let zip = whole[..length].to_vec();
            let files = Files::unpack(Cursor::new(&zip), Limits::default());
            let report = verify("", files, &Expectations::default(), &mut |_| {});
            assert_eq!(report.status("A01"), Some(Status::Fail));
            cases.push(Case {
                what: format!("{base}: cut to {length} bytes"),
                zip,
                report,
            });
        }
    }
    println!("{} containers", cases.len());
    compare(&cases, &[]);
}

/// Name, whether it is still a good container, and the container.
fn archives(good: &Archive) -> Vec<(&'static str, bool, Archive)> {
    let mut all: Vec<(&'static str, bool, Archive)> = Vec::new();
    let mut add = |what, passes, change: &dyn Fn(&mut Archive)| {
        let mut archive = good.clone();
        change(&mut archive);
        all.push((what, passes, archive));
    };
    let first =
        |archive: &mut Archive, change: &dyn Fn(&mut Entry)| change(&mut archive.entries[0]);
    add("nothing changed", true, &|_| {});
    add("entries in reverse order", true, &|a| a.entries.reverse());
    add("a comment of an entry", true, &|a| {
        first(a, &|e| e.comment = b"hello".to_vec())
    });
    add("an unknown extra field", true, &|a| {
        first(a, &|e| e.extra = b"\xfe\xca\x02\0hi".to_vec())
    });
    add("ZIP64 records without need", true, &|a| a.zip64 = true);
    add("an entry twice", false, &|a| {
        a.entries.push(a.entries[0].clone())
    });
    add("an entry twice with other content", false, &|a| {
        let name = String::from_utf8(a.entries[0].name.clone()).unwrap();
        a.entries.push(Entry::new(&name, b"{}"));
    });
    add("another file", false, &|a| {
        a.entries.push(Entry::new("notes.txt", b"hello"))
    });
    add("a folder", false, &|a| {
        a.entries.push(Entry::new("folder/", b""))
    });
    add("a file in a folder", false, &|a| {
        a.entries.push(Entry::new("x/result.json", b"{}"))
    });
    add("a file above", false, &|a| {
        a.entries.push(Entry::new("../result.json", b"{}"))
    });
    add("an entry without name", false, &|a| {
        a.entries.push(Entry::new("", b"{}"))
    });
    add("a name in capitals", false, &|a| {
        first(a, &|e| e.name.make_ascii_uppercase())
    });
    add("a name with a null byte", false, &|a| {
        first(a, &|e| e.name.push(0))
    });
    add("a name that is not UTF-8", false, &|a| {
        first(a, &|e| e.name[0] = 0xff)
    });
    add("no entries", false, &|a| a.entries.clear());
    add("an entry missing", false, &|a| drop(a.entries.remove(0)));
    add("17 entries", false, &|a| {
        let more = 17 - a.entries.len();
        a.entries
            .extend((0..more).map(|n| Entry::new(&format!("{n}.txt"), b"")));
    });
    add("16 entries", false, &|a| {
        let more = 16 - a.entries.len();
        a.entries
            .extend((0..more).map(|n| Entry::new(&format!("{n}.txt"), b"")));
    });
    add(
        "a byte before it, offsets counted from there",
        false,
        &|a| {
            a.prefix = b"x".to_vec();
            a.offsets_count_prefix = false;
        },
    );
    add("a byte between directory and end", false, &|a| {
        a.gap = b"x".to_vec()
    });
    add("a byte after it", false, &|a| a.suffix = b"x".to_vec());
    add("an end record after it", false, &|a| {
        a.suffix = [b"PK\x05\x06".as_slice(), &[0; 18]].concat()
    });
    add("a comment", false, &|a| a.comment = b"hello".to_vec());
    add("a count one too low", false, &|a| {
        a.count = Some(u16::try_from(a.entries.len()).unwrap() - 1)
    });
    add("a count one too high", false, &|a| {
        a.count = Some(u16::try_from(a.entries.len()).unwrap() + 1)
    });
    add("a directory one byte later", false, &|a| a.shift = 1);
    add("a directory one byte earlier", false, &|a| a.shift = -1);
    add("ZIP64 records and a wrong count", false, &|a| {
        a.zip64 = true;
        a.count = Some(1);
    });
    add("a wrong CRC", false, &|a| first(a, &|e| e.crc ^= 1));
    add("a declared size one too low", false, &|a| {
        first(a, &|e| e.size -= 1)
    });
    add("a declared size one too high", false, &|a| {
        first(a, &|e| e.size += 1)
    });
    add("both sizes one too low", false, &|a| {
        first(a, &|e| {
            e.size -= 1;
            e.packed -= 1;
        })
    });
    add("both sizes huge", false, &|a| {
        first(a, &|e| {
            e.size = 0x7fff_ffff;
            e.packed = 0x7fff_ffff;
        })
    });
    add("encrypted, it says", false, &|a| first(a, &|e| e.flags = 1));
    add("strongly encrypted, it says", false, &|a| {
        first(a, &|e| e.flags = 0x41)
    });
    add("an unknown method", false, &|a| {
        first(a, &|e| e.method = 12)
    });
    add("deflated, it says", false, &|a| first(a, &|e| e.method = 8));
    add("a document over 16 MiB", false, &|a| {
        let at = a
            .entries
            .iter()
            .position(|e| e.name == b"result.json")
            .unwrap();
        a.entries[at] = Entry::new("result.json", &vec![b' '; (16 << 20) + 1]);
    });
    all
}
