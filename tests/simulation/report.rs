//! The report: the same everywhere, whole in itself, and its sums right.

use dispatch_core::plan::{FieldPair, Op};
use dispatch_tests::campaign::{Campaign, Row, condition, count, officer, row, slot, stratum};
use serde_json::Value;

use crate::simulated;

/// Three regions, two strata, exclusion by nobody, one officer short of places in one region.
fn campaign() -> Campaign {
    let regions = ["白云区", "天河区", "<script>alert('区')</script>"];
    let subjects: Vec<Row> = (0..300)
        .map(|at| {
            let id = format!("S{at:04}");
            let risk = if at % 3 == 0 { "D" } else { "A" };
            row(&[
                ("id", id.as_str()),
                ("name", "<script>alert(1)</script>&\"店\""),
                ("region", regions[at % 7 % 3]),
                ("risk", if at % 50 == 0 { "" } else { risk }),
            ])
        })
        .collect();
    let officers: Vec<Row> = (0..21)
        .map(|at| {
            let limit = if at % 3 == 1 { "4" } else { "" };
            let lead = if at % 2 == 0 { "yes" } else { "no" };
            let name = "<b onload=x>甲</b>";
            officer(
                at,
                &[
                    ("region", regions[at % 3]),
                    ("limit", limit),
                    ("lead", lead),
                    ("name", name),
                ],
            )
        })
        .collect();
    let mut campaign = Campaign::new(subjects, officers, count(1));
    campaign.plan.title = "<script>document.title</script>".to_owned();
    campaign.plan.strata = vec![
        stratum("高<i>", count(20), vec![condition("risk", Op::In, &["D"])]),
        stratum("低", count(30), vec![condition("risk", Op::In, &["A"])]),
    ];
    campaign.plan.team.group = vec![FieldPair {
        officer: "region".to_owned(),
        subject: "region".to_owned(),
    }];
    campaign.plan.team.slots = vec![slot("组长", 1), slot("检查人员", 1)];
    campaign.plan.team.slots[0].lead = true;
    let recused =
        |subject: usize, officer: usize| (format!("S{subject:04}"), format!("E{officer:03}"));
    campaign.recusals = vec![
        recused(3, 0),
        recused(10, 3),
        recused(11, 1),
        recused(12, 2),
    ];
    campaign
}

#[test]
fn the_same_on_one_and_on_four_threads() {
    let campaign = campaign();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| simulated(&campaign, 150, "种子"))
    };
    let (one, four) = (on(1), on(4));
    assert!(!one.is_staffed(), "gaps and remedies are compared too");
    assert!(one.to_json() == four.to_json());
    assert!(one.to_html() == four.to_html());
    let other = simulated(&campaign, 150, "种子2");
    assert!(one.to_json() != other.to_json(), "the seed matters");
}

#[test]
fn the_json_adds_up() {
    let runs = 120;
    let json: Value =
        serde_json::from_slice(&simulated(&campaign(), runs, "sums").to_json()).unwrap();
    assert_eq!(json["format"], "dispatch/simulation/1");
    let number = |value: &Value| value.as_u64().unwrap();
    let list = |value: &Value| value.as_array().unwrap().clone();
    let runs = u64::from(runs);
    let histogram = |value: &Value| -> Vec<(u64, u64)> {
        let map = value.as_object().unwrap();
        map.iter()
            .map(|(at, count)| (at.parse().unwrap(), number(count)))
            .collect()
    };
    let mut pools = 0;
    for stratum in list(&json["strata"]) {
        let subjects = histogram(&stratum["subjects"]);
        let all: u64 = subjects.iter().map(|(_, count)| count).sum();
        let drawn: u64 = subjects.iter().map(|(times, count)| times * count).sum();
        assert_eq!(all, number(&stratum["pool"]));
        assert_eq!(drawn, number(&stratum["quota"]) * runs);
        assert_eq!(number(&stratum["outside"]), 0);
        pools += all;
    }
    // Every fiftieth has no risk class and is in no stratum: 6 of 300.
    assert_eq!((pools, number(&json["outside"])), (294, 6));
    let reach: u64 = histogram(&json["reach"]["subjects"])
        .iter()
        .map(|(_, count)| count)
        .sum();
    assert_eq!(reach, 294);

    let (mut slots, mut open, mut filled, mut at_cap) = (0, 0, 0, 0);
    for group in list(&json["groups"]) {
        let loads = histogram(&group["loads"]);
        let turns: u64 = loads.iter().map(|(_, count)| count).sum();
        assert_eq!(turns, number(&group["able"]) * number(&group["runs"]));
        let caps: u64 = histogram(&group["caps"])
            .iter()
            .map(|(_, count)| count)
            .sum();
        assert_eq!(caps, number(&group["runs"]));
        filled += loads.iter().map(|(load, count)| load * count).sum::<u64>();
        slots += number(&group["slots"]);
        open += number(&group["open"]);
        at_cap += number(&group["at_cap"]);
    }
    assert_eq!(slots, runs * 50 * 2);
    assert_eq!(filled, slots - open);
    let loads = list(&json["loads"]);
    let sum = |name: &str| loads.iter().map(|load| number(&load[name])).sum::<u64>();
    assert_eq!((sum("places"), sum("at_cap")), (filled, at_cap));
    // Partners are counted once from each side.
    assert_eq!(sum("partners"), 2 * number(&json["partners"]["distinct"]));
    let most: u64 = histogram(&json["partners"]["most_together"])
        .iter()
        .map(|(_, n)| n)
        .sum();
    assert_eq!(most, runs);
    let gaps = list(&json["gaps"]["groups"]);
    let places: u64 = gaps.iter().map(|gap| number(&gap["places"])).sum();
    assert!(open > 0 && places == open);
}

#[test]
fn the_page_is_whole_in_itself_and_escapes_names() {
    let page = simulated(&campaign(), 60, "page").to_html();
    for part in [
        "<script",
        "src=",
        "href=",
        "url(",
        "@import",
        "<link",
        "://",
        "<b onload",
        "高<i>",
    ] {
        assert!(!page.contains(part), "{part}");
    }
    for part in [
        "<p class=\"lead\">&lt;script&gt;document.title&lt;/script&gt;</p>",
        "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;店&quot;",
        "&lt;b onload=x&gt;甲&lt;/b&gt;",
        "高&lt;i&gt;",
        "&lt;script&gt;alert(&#39;区&#39;)&lt;/script&gt;",
        "default-src 'none'",
        "<svg ",
        "办法",
    ] {
        assert!(page.contains(part), "{part} is missing");
    }
    // Every element that is opened is closed.
    for tag in [
        "table", "tr", "td", "div", "section", "figure", "svg", "small", "p", "ol", "li",
    ] {
        let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
        let opened = page.matches(&open).filter(|_| true).count();
        let longer = page.match_indices(&open).filter(|(at, _)| {
            let next = page[at + open.len()..].chars().next();
            !matches!(next, Some(' ' | '>'))
        });
        assert_eq!(
            opened - longer.count(),
            page.matches(&close).count(),
            "{tag}"
        );
    }
}
