//! Import of a large list in which every tenth row is bad: is every one told, and what does it take?
//!
//! The list is written as CSV and as XLSX, by hand and not through the library, and checked by the
//! release tool in a process of its own: alone, with the list of problems, and with the marked-up
//! copy. Options: `--rows N` (at most 1,048,575), `--tool FILE`.

#[path = "../pipeline/input.rs"]
mod input;
#[path = "../pipeline/measure.rs"]
#[allow(dead_code, reason = "shared with another benchmark")]
mod measure;
mod write;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use measure::Outcome;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Outcome<()> {
    let own = std::env::current_exe()?;
    let beside = own
        .parent()
        .and_then(Path::parent)
        .unwrap_or(Path::new("."));
    let (mut rows, mut tool) = (1_000_000_u64, beside.join("dispatch"));
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{name} needs a value"));
        match name.as_str() {
            "--rows" => rows = value()?.parse()?,
            "--tool" => tool = value()?.into(),
            "--bench" => {}
            other => return Err(format!("unknown option {other}").into()),
        }
    }
    if !tool.exists() || rows >= 1_048_576 {
        return Err(
            "build the tool first (cargo build --release); rows must fit on a sheet".into(),
        );
    }
    let folder = tempfile::tempdir()?;
    let dir = folder.path();
    input::write(dir, 10, 200)?;
    eprintln!("writing {rows} rows");
    write::csv(&dir.join("list.csv"), rows)?;
    write::xlsx(&dir.join("list.xlsx"), rows)?;
    println!(
        "{rows} rows, {} of them bad\n",
        write::bad_rows(rows).count()
    );
    println!("| list | what | wall s | CPU s | peak MiB | errors told | written MB |");
    println!("|---|---|---|---|---|---|---|");
    for list in ["list.csv", "list.xlsx"] {
        for what in ["", "problems.csv", "marked"] {
            measured(&tool, dir, list, what, rows)?;
        }
    }
    for list in ["list.csv", "list.xlsx"] {
        println!("\n- `{list}`: {} MB", size(&dir.join(list))? / 1_000_000);
    }
    Ok(())
}

/// Runs one check and prints its line; fails if a bad row was not told or a good one was.
fn measured(tool: &Path, dir: &Path, list: &str, what: &str, rows: u64) -> Outcome<()> {
    let told = dir.join("told");
    let printed = dir.join("printed");
    let mut command = Command::new("/usr/bin/time");
    command.args(["-f", "%U %S %M", "-o"]).arg(&told).arg(tool);
    command.args([
        "check",
        "--language",
        "en",
        "--plan",
        "plan.toml",
        "--officers",
        "officers.csv",
    ]);
    command.args(["--subjects", list]);
    match what {
        "problems.csv" => command.args(["--problems", what]),
        "marked" => command.args(["--marked-up", what]),
        _ => &mut command,
    };
    let output = std::fs::File::create(&printed)?;
    command
        .current_dir(dir)
        .stdout(output)
        .stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    let wall = start.elapsed().as_secs_f64();
    if status.code() != Some(1) {
        return Err(format!("{list}: {status}, though rows are bad").into());
    }
    let due: BTreeSet<u64> = write::bad_rows(rows).collect();
    let found = errors(&printed, list)?;
    if found.len() != due.len() || !found.iter().all(|row| due.contains(row)) {
        return Err(format!("{list}: {} errors told, {} due", found.len(), due.len()).into());
    }
    let figures = std::fs::read_to_string(&told)?;
    let last = figures.lines().last().unwrap_or_default();
    let numbers: Vec<f64> = last.split(' ').filter_map(|n| n.parse().ok()).collect();
    let [user, system, kib] = numbers.as_slice() else {
        return Err("GNU time did not tell".into());
    };
    let written: PathBuf = match what {
        "marked" => dir.join("marked/subjects.xlsx"),
        _ => dir.join(what),
    };
    let (name, megabytes) = match what {
        "" => ("check", 0),
        name => (name, size(&written)? / 1_000_000),
    };
    println!(
        "| {list} | {name} | {wall:.1} | {:.1} | {:.0} | {} | {megabytes} |",
        user + system,
        kib / 1024.0,
        found.len(),
    );
    if what == "problems.csv" {
        let listed = BufReader::new(std::fs::File::open(&written)?).lines();
        let errors = listed
            .map_while(Result::ok)
            .filter(|line| line.contains(",error,"))
            .count();
        if errors != due.len() {
            return Err(format!("{errors} errors in the list of problems").into());
        }
        std::fs::remove_file(written)?;
    } else if what == "marked" {
        std::fs::remove_dir_all(dir.join(what))?;
    }
    Ok(())
}

/// The rows of the list for which an error was printed, each once.
fn errors(printed: &Path, list: &str) -> Outcome<Vec<u64>> {
    let mut rows = Vec::new();
    for line in BufReader::new(std::fs::File::open(printed)?).lines() {
        let line = line?;
        if !line.starts_with("error [") || !line.contains(list) {
            continue;
        }
        let row = match line.split_once("!") {
            Some((_, cell)) if list.ends_with("xlsx") => {
                let cell = cell.split(',').next().unwrap_or_default();
                cell.trim_start_matches(|c: char| c.is_ascii_uppercase())
                    .to_owned()
            }
            _ => {
                let row = line.split("row ").nth(1).unwrap_or_default();
                row.split(|c: char| !c.is_ascii_digit())
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            }
        };
        rows.push(row.parse()?);
    }
    Ok(rows)
}

fn size(path: &Path) -> Outcome<u64> {
    Ok(std::fs::metadata(path)?.len())
}
