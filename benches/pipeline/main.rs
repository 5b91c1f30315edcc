//! The whole way of a large draw, from CSV to a verified bundle, beside peers on the same file.
//!
//! Every step is a process of its own, so that times hold reading and writing and the memory is the
//! process's peak. Medians over the runs are printed as Markdown. Options: `--subjects N`,
//! `--officers N`, `--runs N`, `--tool FILE` (the release tool; by default the one beside this).

mod input;
mod measure;
mod peers;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use measure::{Figures, Outcome, Step};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // The runner starts itself for the peer that is made of this library's own parts.
    let done = match arguments.as_slice() {
        [first, file] if first == peers::PROTOTYPE => peers::prototype(Path::new(file)),
        _ => Options::read(&arguments).and_then(|options| run(&options)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// What is asked for.
struct Options {
    subjects: u64,
    officers: u64,
    runs: usize,
    tool: PathBuf,
}

impl Options {
    fn read(arguments: &[String]) -> Outcome<Self> {
        let own = std::env::current_exe()?;
        // Benches lie in a folder inside the one of the tool.
        let beside = own
            .parent()
            .and_then(Path::parent)
            .unwrap_or(Path::new("."));
        let mut options = Self {
            subjects: 3_200_000,
            officers: 10_000,
            runs: 3,
            tool: beside.join("dispatch"),
        };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{name} needs a value"));
            match name.as_str() {
                "--subjects" => options.subjects = value()?.parse()?,
                "--officers" => options.officers = value()?.parse()?,
                "--runs" => options.runs = value()?.parse::<usize>()?.max(1),
                "--tool" => options.tool = value()?.into(),
                "--bench" => {}
                other => return Err(format!("unknown option {other}").into()),
            }
        }
        if options.tool.exists() {
            Ok(options)
        } else {
            Err("build the tool first: cargo build --release".into())
        }
    }
}

fn run(options: &Options) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let dir = folder.path();
    eprintln!(
        "writing {} subjects and {} officers",
        options.subjects, options.officers
    );
    input::write(dir, options.subjects, options.officers)?;
    let mut rows: Vec<(String, Vec<Figures>)> = Vec::new();
    for number in 1..=options.runs {
        let mut steps = tool_steps(&options.tool, dir);
        steps.extend(peers::steps(dir, options.subjects * 3 / 100)?);
        for step in steps {
            eprintln!("run {number}: {}", step.name);
            let figures = measure::run(&step)?;
            match rows.iter_mut().find(|(name, _)| *name == step.name) {
                Some((_, all)) => all.push(figures),
                None => rows.push((step.name.clone(), vec![figures])),
            }
        }
        if number < options.runs {
            std::fs::remove_dir_all(dir.join("draw"))?;
            std::fs::remove_file(dir.join("evidence.zip"))?;
        }
    }
    print(options, &rows);
    for name in ["subjects.csv", "draw/subjects.jsonl", "evidence.zip"] {
        println!(
            "- `{name}`: {} MB",
            std::fs::metadata(dir.join(name))?.len() / 1_000_000
        );
    }
    Ok(())
}

fn tool_steps(tool: &Path, dir: &Path) -> Vec<Step> {
    let path = |name: &str| dir.join(name).into_os_string();
    let step = |name: &str, arguments: &[(&str, &str)]| {
        let mut step = Step::new(format!("dispatch {name}"), tool);
        step.arguments.push(name.into());
        for (option, file) in arguments {
            step.arguments
                .extend((!option.is_empty()).then(|| option.into()));
            step.arguments
                .extend((!file.is_empty()).then(|| path(file)));
        }
        step
    };
    vec![
        step(
            "announce",
            &[
                ("--plan", "plan.toml"),
                ("--subjects", "subjects.csv"),
                ("--officers", "officers.csv"),
                ("--recusals", "recusals.csv"),
                ("--out", "draw"),
                ("--replay", ""),
            ],
        ),
        step("draw", &[("", "draw"), ("--pulse", "pulse.json")]),
        step("disclose", &[("", "draw"), ("--out", "evidence.zip")]),
        step("verify", &[("", "evidence.zip")]),
    ]
}

fn print(options: &Options, rows: &[(String, Vec<Figures>)]) {
    let (subjects, officers, runs) = (options.subjects, options.officers, options.runs);
    println!("{subjects} subjects, {officers} officers, medians of {runs} runs\n");
    println!("| step | wall s | CPU s | peak MiB | wall, prototype = 1 |");
    println!("|---|---|---|---|---|");
    let wall = |figures: &[Figures]| measure::median(figures.iter().map(|f| Some(f.wall)));
    let unit = rows.iter().find(|(name, _)| name == peers::PROTOTYPE_NAME);
    let unit = unit.and_then(|(_, figures)| wall(figures));
    for (name, figures) in rows {
        let show = |value: Option<f64>, digits: usize| {
            value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}"))
        };
        let ratio = wall(figures).zip(unit).map(|(wall, unit)| wall / unit);
        println!(
            "| {name} | {} | {} | {} | {} |",
            show(wall(figures), 2),
            show(measure::median(figures.iter().map(|f| f.cpu)), 2),
            show(measure::median(figures.iter().map(|f| f.peak_mib)), 0),
            show(ratio, 1),
        );
    }
    println!();
}
