//! The query of an address, read by what its endpoint says.
//!
//! Invariant: a parameter that the endpoint does not name, a second one of a name, or one that is not
//! of its form is refused: a filter that is spelled wrong must not show everything.

use std::collections::HashMap;

use super::endpoint::{Form, Parameter};
use super::percent;
use crate::problem::Problem;

/// Reads a query.
///
/// # Errors
/// 400, with the name of the parameter.
pub fn read(parameters: &[Parameter], raw: &str) -> Result<HashMap<String, String>, Problem> {
    let mut read = HashMap::new();
    if raw.is_empty() {
        return Ok(read);
    }
    for pair in raw.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(name), Some(value)) = (percent::query(name), percent::query(value)) else {
            return Err(bad(
                "the query of the address is not percent-encoded UTF-8",
                "网址中的查询参数不是百分号编码的UTF-8",
            ));
        };
        let Some(parameter) = parameters.iter().find(|one| one.name == name) else {
            let names: Vec<&str> = parameters.iter().map(|one| one.name).collect();
            let names = names.join(", ");
            return Err(bad(
                format!("there is no query parameter “{name}” here; there are: {names}"),
                format!("没有名为“{name}”的查询参数，可用的有：{names}"),
            ));
        };
        check(parameter, &value)?;
        if read.insert(name, value).is_some() {
            let name = parameter.name;
            return Err(bad(
                format!("the query parameter {name} is given twice"),
                format!("查询参数{name}重复"),
            ));
        }
    }
    Ok(read)
}

fn check(parameter: &Parameter, value: &str) -> Result<(), Problem> {
    let name = parameter.name;
    match parameter.form {
        Form::Text(most) => {
            let length = value.chars().count();
            if (1..=most).contains(&length) {
                return Ok(());
            }
            Err(bad(
                format!("the query parameter {name} is a text of 1 to {most} characters"),
                format!("查询参数{name}应为1至{most}个字符"),
            ))
        }
        Form::Number(most) => {
            let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
            let number = value.parse::<u64>().ok();
            if digits && number.is_some_and(|number| number <= most) {
                return Ok(());
            }
            Err(bad(
                format!("the query parameter {name} is a whole number from 0 to {most}"),
                format!("查询参数{name}应为0至{most}的整数"),
            ))
        }
        Form::OneOf(words) => {
            if words.contains(&value) {
                return Ok(());
            }
            let words = words.join(", ");
            Err(bad(
                format!("the query parameter {name} is one of: {words}"),
                format!("查询参数{name}只能是：{words}"),
            ))
        }
    }
}

fn bad(english: impl Into<String>, chinese: impl Into<String>) -> Problem {
    Problem::new(400, "query", english, chinese)
}

#[cfg(test)]
mod tests {
    use super::{Form, Parameter, read};

    const PARAMETERS: &[Parameter] = &[
        Parameter {
            name: "text",
            about: "",
            form: Form::Text(4),
        },
        Parameter {
            name: "limit",
            about: "",
            form: Form::Number(500),
        },
        Parameter {
            name: "state",
            about: "",
            form: Form::OneOf(&["drawn", "voided"]),
        },
    ];

    #[test]
    fn well_formed() {
        let read = read(PARAMETERS, "text=%E5%B9%B4+a&limit=0500&state=drawn").unwrap_or_default();
        assert_eq!(read["text"], "年 a");
        assert_eq!(read["limit"], "0500");
        assert_eq!(read.len(), 3);
    }

    #[test]
    fn refused() {
        for raw in [
            "texts=a",
            "text=",
            "text",
            "text=abcde",
            "text=a&text=b",
            "text=%zz",
            "limit=501",
            "limit=+5",
            "limit=-1",
            "limit=99999999999999999999",
            "state=DRAWN",
            "&",
            "limit=1&",
        ] {
            let status = read(PARAMETERS, raw).map_err(|problem| problem.status);
            assert_eq!(status.err(), Some(400), "{raw}");
        }
    }
}
