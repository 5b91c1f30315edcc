//! The simulation as tables on the terminal.

use dispatch_core::language::Language;
use dispatch_core::simulation::{FEW, HIGH_PERCENT, Simulation, percent, ratio};

use crate::console::Console;

/// Prints all tables.
pub(crate) fn print(console: &Console, simulation: &Simulation) {
    let (runs, seed) = (simulation.runs, &simulation.seed);
    console.say(
        format!("{runs} trial draws (seed \"{seed}\"): they tell nothing about the real one"),
        format!("模拟抽取{runs}次（种子“{seed}”）：与正式抽取的结果无关"),
    );
    strata(console, simulation);
    loads(console, simulation);
    partners(console, simulation);
    forced(console, simulation);
    gaps(console, simulation);
}

fn strata(console: &Console, simulation: &Simulation) {
    console.say("\ncoverage", "\n抽取概率");
    let mut table = Table::new(
        console,
        &[
            ("stratum", "分层"),
            ("pool", "户数"),
            ("quota", "抽取"),
            ("exact odds", "应有概率"),
            ("observed", "实际频率"),
            ("chance explains", "正常波动"),
        ],
    );
    let runs = u64::from(simulation.runs);
    for stratum in &simulation.strata {
        let part = |times: u32| percent(u64::from(times), runs);
        table.row(&[
            stratum.name.clone(),
            stratum.pool.to_string(),
            stratum.quota.to_string(),
            format!(
                "{}/{} = {}",
                stratum.numerator,
                stratum.denominator,
                percent(stratum.quota, stratum.pool)
            ),
            format!("{}–{}", part(stratum.fewest), part(stratum.most)),
            format!(
                "{}–{}",
                part(stratum.expected_low),
                part(stratum.expected_high)
            ),
        ]);
    }
    table.print();
}

fn loads(console: &Console, simulation: &Simulation) {
    console.say("\nloads", "\n任务量");
    let mut table = Table::new(
        console,
        &[
            ("group", "派员组"),
            ("officers (able)", "人数（可派）"),
            ("slots a draw", "每次席位"),
            ("mean load", "人均"),
            ("least–most", "最少–最多"),
            ("cap", "任务上限"),
            ("at cap", "达上限"),
            ("never drawn", "从未派到"),
        ],
    );
    for group in &simulation.groups {
        let filled = group.slots - group.open;
        let turns = group.able as u64 * u64::from(group.runs);
        table.row(&[
            group.name.join(" "),
            format!("{} ({})", group.officers, group.able),
            span(group.fewest_slots, group.most_slots),
            ratio(filled, turns),
            span(
                group.loads.keys().next().unwrap_or(&0),
                group.loads.keys().next_back().unwrap_or(&0),
            ),
            span(
                group.caps.keys().next().unwrap_or(&0),
                group.caps.keys().next_back().unwrap_or(&0),
            ),
            percent(group.at_cap, turns),
            group.never.to_string(),
        ]);
    }
    table.print();
}

fn partners(console: &Console, simulation: &Simulation) {
    let partners = &simulation.partners;
    let again = percent(
        partners.together - partners.distinct,
        partners.together.max(1),
    );
    console.say(
        format!(
            "\npartners: in a draw {again} of the teammates are a pair that went together already"
        ),
        format!("\n搭档：一次抽取中，{again}的搭档是同一次已经搭过的"),
    );
    let mut table = Table::new(
        console,
        &[
            ("officer", "人员"),
            ("officer", "人员"),
            ("times a draw", "每次次数"),
            ("even share", "平均份额"),
            ("group", "派员组"),
        ],
    );
    for pair in partners.top.iter().take(SHOWN) {
        let even = pair.possible.saturating_mul(u64::from(simulation.runs));
        table.row(&[
            format!("{} {}", pair.first.name, pair.first.id),
            format!("{} {}", pair.second.name, pair.second.id),
            ratio(pair.times, u64::from(simulation.runs)),
            ratio(pair.together, even),
            pair.groups[0].join(" "),
        ]);
    }
    table.print();
}

fn forced(console: &Console, simulation: &Simulation) {
    let few = simulation.reach.few;
    console.say(
        format!("\nmost forced pairs (if the subject is drawn); {few} subjects have a slot that fewer than {FEW} officers can fill"),
        format!("\n最可能被指定的派员（该对象被抽中时）；有{few}户的某个席位可派人员不足{FEW}名"),
    );
    let mut table = Table::new(
        console,
        &[
            ("subject", "对象"),
            ("subjects", "户数"),
            ("officer", "人员"),
            ("odds", "概率"),
            ("can reach", "可派"),
            ("what narrows it", "原因"),
        ],
    );
    for pair in &simulation.forced {
        table.row(&[
            pair.subject.clone(),
            pair.subjects.to_string(),
            format!("{} {}", pair.officer.name, pair.officer.id),
            format!(
                "{} ±{}.{}",
                percent(pair.times, pair.of),
                pair.margin / 10,
                pair.margin % 10
            ),
            pair.reach.to_string(),
            format!("{}: {}", pair.slot, pair.why.text(console.language())),
        ]);
    }
    table.print();
    let warned = simulation.forced.iter().filter(|pair| pair.warned).count();
    if warned > 0 {
        console.say(
            format!("warning [simulate.forced] {warned} of these pairs have odds of {HIGH_PERCENT}% or more, or fewer than {FEW} officers to choose from: skills, leave or recusals must not force an officer onto a subject"),
            format!("警告 [simulate.forced] 其中{warned}对的概率达到{HIGH_PERCENT}%或可派人员不足{FEW}名：不得以资质、请假或回避变相指定人员"),
        );
    }
}

fn gaps(console: &Console, simulation: &Simulation) {
    let (short, runs) = (simulation.short_runs, simulation.runs);
    console.say(
        format!("\nstaffing: {short} of {runs} trial draws have open slots"),
        format!("\n人员配备：{runs}次中有{short}次出现空缺席位"),
    );
    let impossible = &simulation.gaps.impossible;
    for kind in impossible.iter().take(TOLD) {
        let text = kind.message.text(console.language());
        console.say(
            format!("error [staffing] {text}"),
            format!("错误 [staffing] {text}"),
        );
    }
    if let Some(more) = impossible.len().checked_sub(TOLD).filter(|n| *n > 0) {
        console.say(
            format!("and {more} more such kinds of subjects, all in the JSON file"),
            format!("另有{more}类这样的对象，全部见JSON文件"),
        );
    }
    for gap in &simulation.gaps.groups {
        let (group, share) = (
            gap.group.join(" "),
            percent(u64::from(gap.runs), u64::from(runs)),
        );
        let (times, why) = (gap.runs, gap.bottleneck.text(console.language()));
        console.say(
            format!(
                "error [staffing] {group}: open slots in {times} of {runs} runs ({share}); {why}"
            ),
            format!("错误 [staffing] “{group}”：{runs}次中有{times}次（{share}）出现空缺；{why}"),
        );
        for (index, remedy) in gap.remedies.iter().enumerate() {
            let (number, text) = (index + 1, remedy.message.text(console.language()));
            console.say(
                format!("  remedy {number}: {text}"),
                format!("  办法{number}：{text}"),
            );
        }
        if gap.remedies.is_empty() {
            console.say("  no single remedy was found", "  未找到单独可行的办法");
        }
    }
    let (tried, left) = (simulation.gaps.tried, simulation.gaps.still_short);
    if tried > 0 {
        console.say(
            format!("with the first remedy of every group together, {left} of {tried} failing runs still have open slots"),
            format!("每组均采用办法1后，{tried}次不足的模拟抽取中仍有{left}次空缺"),
        );
    }
}

fn span<T: PartialEq + core::fmt::Display>(least: T, most: T) -> String {
    if least == most {
        return least.to_string();
    }
    format!("{least}–{most}")
}

/// A table with columns as wide as their widest cell; Chinese characters are two columns wide.
struct Table<'c> {
    console: &'c Console,
    rows: Vec<Vec<String>>,
}

impl<'c> Table<'c> {
    fn new(console: &'c Console, headers: &[(&str, &str)]) -> Self {
        let header = |(english, chinese): &(&str, &str)| match console.language() {
            Language::Chinese => (*chinese).to_owned(),
            Language::English => (*english).to_owned(),
        };
        Self {
            console,
            rows: vec![headers.iter().map(header).collect()],
        }
    }

    fn row(&mut self, cells: &[String]) {
        self.rows.push(cells.to_vec());
    }

    fn print(&self) {
        let columns = self.rows.first().map_or(0, Vec::len);
        let widest = |at: usize| self.rows.iter().filter_map(move |row| row.get(at));
        let widths: Vec<usize> = (0..columns)
            .map(|at| widest(at).map(|cell| width(cell)).max().unwrap_or(0))
            .collect();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, wide) in row.iter().zip(&widths) {
                line.push_str("  ");
                line.push_str(cell);
                line.push_str(&" ".repeat(wide.saturating_sub(width(cell))));
            }
            self.console.line(line.trim_end());
        }
    }
}

/// Columns that a text takes on a terminal.
fn width(text: &str) -> usize {
    let wide = |letter: char| ('\u{1100}'..='\u{115f}').contains(&letter) || letter >= '\u{2e80}';
    text.chars()
        .map(|letter| if wide(letter) { 2 } else { 1 })
        .sum()
}

/// So many pairs of partners are shown; the files have more.
const SHOWN: usize = 10;
/// So many kinds of subjects out of reach are told.
const TOLD: usize = 20;
