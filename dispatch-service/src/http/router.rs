//! From method and path to an endpoint.
//!
//! The table is read once into a tree of segments, so a lookup takes as many steps as the path has
//! segments, whatever the table's length. A segment that is spelled out goes before one that is a
//! value. Invariant: nothing is answered by anything but an endpoint of the table.

use std::collections::HashMap;

use http::Method;

use super::endpoint::Endpoint;
use super::percent;

/// The table, ready for lookups.
#[expect(missing_debug_implementations, reason = "handlers have none")]
pub struct Router {
    endpoints: Vec<Endpoint>,
    root: Node,
}

/// What there is at a path.
#[expect(missing_debug_implementations, reason = "handlers have none")]
pub enum Found<'r> {
    /// The endpoint, and the values in its path.
    Endpoint(&'r Endpoint, HashMap<&'static str, String>),
    /// Other methods than the one asked for; in the form of the header `Allow`.
    Methods(String),
    /// Nothing.
    Nothing,
}

#[derive(Default)]
struct Node {
    named: HashMap<&'static str, Self>,
    value: Option<Box<Self>>,
    /// Endpoints that end here.
    here: Vec<usize>,
    /// Endpoints that take all that follows.
    rest: Vec<usize>,
}

impl Router {
    /// Reads a table.
    #[must_use]
    pub fn new(endpoints: Vec<Endpoint>) -> Self {
        let mut root = Node::default();
        for (index, endpoint) in endpoints.iter().enumerate() {
            let mut node = &mut root;
            let mut rest = false;
            for part in parts(endpoint.path) {
                match part {
                    Part::Named(name) => node = node.named.entry(name).or_default(),
                    Part::Value(_) => node = node.value.get_or_insert_default(),
                    Part::Rest(_) => rest = true,
                }
            }
            if rest {
                node.rest.push(index);
            } else {
                node.here.push(index);
            }
        }
        Self { endpoints, root }
    }

    /// The table.
    #[must_use]
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// What there is at a path, still percent-encoded. `HEAD` is answered by what answers `GET`.
    #[must_use]
    pub fn find(&self, method: &Method, path: &str) -> Found<'_> {
        let Some(segments) = path.strip_prefix('/') else {
            return Found::Nothing;
        };
        let segments: Option<Vec<String>> = segments.split('/').map(percent::segment).collect();
        let Some(segments) = segments else {
            return Found::Nothing;
        };
        let Some(indexes) = self.root.find(&segments) else {
            return Found::Nothing;
        };
        let asked = if method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        let at = || {
            indexes
                .iter()
                .filter_map(|index| self.endpoints.get(*index))
        };
        match at().find(|endpoint| endpoint.method == asked) {
            Some(endpoint) => Found::Endpoint(endpoint, values(endpoint.path, &segments)),
            None => Found::Methods(allow(at().map(|endpoint| &endpoint.method))),
        }
    }
}

impl Node {
    /// The endpoints of a path. A branch that leads nowhere is left again.
    fn find(&self, segments: &[String]) -> Option<&[usize]> {
        let Some((first, after)) = segments.split_first() else {
            return (!self.here.is_empty()).then_some(&self.here);
        };
        let named = self.named.get(first.as_str());
        let found = named.and_then(|node| node.find(after));
        found
            .or_else(|| self.value.as_ref().and_then(|node| node.find(after)))
            .or_else(|| (!self.rest.is_empty()).then_some(&self.rest))
    }
}

/// A part of a path of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A segment that is spelled out.
    Named(&'static str),
    /// `{name}`.
    Value(&'static str),
    /// `{name*}`.
    Rest(&'static str),
}

/// The parts of a path of the table.
pub fn parts(path: &'static str) -> impl Iterator<Item = Part> {
    let segments = path.split('/').filter(|part| !part.is_empty());
    segments.map(|segment| {
        let value = segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        match value.map(|name| (name, name.strip_suffix('*'))) {
            Some((_, Some(name))) => Part::Rest(name),
            Some((name, None)) => Part::Value(name),
            None => Part::Named(segment),
        }
    })
}

fn values(path: &'static str, segments: &[String]) -> HashMap<&'static str, String> {
    let mut values = HashMap::new();
    for (number, part) in parts(path).enumerate() {
        let after = segments.get(number..).unwrap_or_default();
        match (part, after.first()) {
            (Part::Value(name), Some(first)) => drop(values.insert(name, first.clone())),
            (Part::Rest(name), _) => drop(values.insert(name, after.join("/"))),
            _ => {}
        }
    }
    values
}

fn allow<'m>(methods: impl Iterator<Item = &'m Method>) -> String {
    let mut words: Vec<&str> = methods.map(Method::as_str).collect();
    if words.contains(&"GET") {
        words.push("HEAD");
    }
    words.push("OPTIONS");
    words.sort_unstable();
    words.dedup();
    words.join(", ")
}
