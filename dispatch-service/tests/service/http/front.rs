//! Requests through the front, without a socket, over routes of the test's own.

use std::time::Duration;

use dispatch_core::digest::Digest;
use dispatch_service::context::Context;
use dispatch_service::http::endpoint::{
    Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Form, Parameter, Request, RequestBody,
    schema,
};
use dispatch_service::problem::Problem;
use dispatch_service::settings::Settings;
use http::Method;
use serde::{Deserialize, Serialize};

use crate::support::cluster::backends;
use crate::support::desk::{Desk, person};

#[derive(Debug, Deserialize, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Note {
    text: String,
}

const OK: &[AnswerKind] = &[AnswerKind {
    status: 200,
    about: "",
    content: Content::Json(schema::<Note>),
}];

const fn endpoint(method: Method, path: &'static str, id: &'static str) -> Endpoint {
    Endpoint {
        method,
        path,
        id,
        summary: "",
        access: Access::Public,
        query: &[],
        body: BodyKind::None,
        answers: OK,
        handler: |_, request| Box::pin(async move { echo(&request) }),
    }
}

/// Tells what the handler got.
fn echo(request: &Request) -> Result<Answer, Problem> {
    let mut path: Vec<String> = request
        .path
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    path.sort();
    let query = request
        .query
        .iter()
        .map(|(name, value)| format!("{name}:{value}"));
    path.extend(query);
    let body = match &request.body {
        RequestBody::None => String::new(),
        RequestBody::Bytes(bytes) => format!("{} bytes", bytes.len()),
        RequestBody::File {
            file,
            length,
            digest,
        } => {
            let bytes = file.bytes().unwrap();
            assert_eq!((bytes.len() as u64, Digest::of(&bytes)), (*length, *digest));
            format!("file of {length}")
        }
    };
    path.push(body);
    Answer::json(
        200,
        &Note {
            text: path.join(" "),
        },
    )
}

async fn typed(_: Context, request: Request) -> Result<Answer, Problem> {
    Answer::json(200, &request.json::<Note>()?)
}

fn table() -> Vec<Endpoint> {
    vec![
        Endpoint {
            query: &[Parameter {
                name: "limit",
                about: "",
                form: Form::Number(10),
            }],
            ..endpoint(Method::GET, "/things", "list")
        },
        Endpoint {
            body: BodyKind::Json(schema::<Note>),
            handler: |context, request| Box::pin(typed(context, request)),
            ..endpoint(Method::POST, "/things", "make")
        },
        endpoint(Method::GET, "/things/{thing}", "show"),
        endpoint(Method::GET, "/things/special", "special"),
        endpoint(Method::GET, "/things/{thing}/parts/{part}", "part"),
        endpoint(Method::GET, "/tree/{rest*}", "tree"),
        Endpoint {
            body: BodyKind::File(""),
            access: Access::Staff,
            ..endpoint(Method::PUT, "/file", "file")
        },
        Endpoint {
            body: BodyKind::File(""),
            ..endpoint(Method::PUT, "/token", "token")
        },
        Endpoint {
            access: Access::Staff,
            ..endpoint(Method::GET, "/inside", "inside")
        },
    ]
}

fn desk() -> Desk {
    let settings = Settings {
        small_body: 100,
        large_body: 200_000,
        request_timeout: Duration::from_secs(5),
        ..Settings::default()
    };
    let place = backends().into_iter().next().unwrap();
    Desk::with(place, settings, table())
}

#[test]
fn a_path_finds_its_endpoint_and_no_other() {
    let desk = desk();
    let text = |path: &str| desk.get(path).expect(200).json::<Note>().text;
    assert_eq!(text("/things/a%E5%B9%B4"), "thing=a年 ");
    assert_eq!(text("/things/special"), "");
    // A branch that leads nowhere is left again.
    assert_eq!(text("/things/special/parts/7"), "part=7 thing=special ");
    assert_eq!(text("/tree/0/x001/067"), "rest=0/x001/067 ");
    for nothing in [
        "/",
        "/thing",
        "/things/",
        "//things",
        "/things/a/parts",
        "/tree",
        "/tree/",
        "/tree/a//b",
        "/tree/../things",
        "/tree/%2e%2e/things",
        "/things/a%2fb",
        "/things/%00",
        "/things/%zz",
        "/things/%c3%28",
        "/THINGS",
        "things",
    ] {
        let (kind, _) = desk.get(nothing).expect(404).problem();
        assert_eq!(kind, "not-found", "{nothing}");
    }
}

#[test]
fn methods_are_those_of_the_table() {
    let desk = desk();
    let told = desk.ask(Method::DELETE, "/things").send().expect(405);
    assert_eq!(told.header("allow"), "GET, HEAD, OPTIONS, POST");
    assert_eq!(told.problem().0, "method");
    let told = desk.ask(Method::OPTIONS, "/file").send().expect(204);
    assert_eq!(told.header("allow"), "OPTIONS, PUT");
    let get = desk.get("/things").expect(200);
    let head = desk.ask(Method::HEAD, "/things").send().expect(200);
    assert!(head.body.is_empty());
    assert_eq!(head.header("content-length"), get.body.len().to_string());
    assert_eq!(head.header("etag"), get.header("etag"));
}

#[test]
fn a_query_is_read_by_the_table() {
    let desk = desk();
    assert_eq!(
        desk.get("/things?limit=7").expect(200).json::<Note>().text,
        "limit:7 "
    );
    for bad in [
        "limit=11",
        "limit=",
        "limits=1",
        "limit=1&limit=1",
        "limit=%",
    ] {
        let told = desk.get(&format!("/things?{bad}")).expect(400);
        assert_eq!(told.problem().0, "query", "{bad}");
    }
}

#[test]
fn bodies_are_read_within_their_limits() {
    let desk = desk();
    let post = |media: &str, body: &[u8]| {
        let ask = desk
            .ask(Method::POST, "/things")
            .header("content-type", media);
        ask.body(body).send()
    };
    let json = "application/json; charset=utf-8";
    post(json, br#"{"text":"a"}"#).expect(200);
    post(json, br#"{"text":"a","more":1}"#).expect(422);
    post(json, br#"{"text":"#).expect(400);
    post(json, b"").expect(400);
    post(json, b"{\"text\":\"\xff\"}").expect(400);
    post("text/plain", br#"{"text":"a"}"#).expect(415);
    post("application/x-www-form-urlencoded", b"text=a").expect(415);
    let fits = format!("{{\"text\":\"{}\"}}", "a".repeat(100 - 11));
    post(json, fits.as_bytes()).expect(200);
    // The length is not announced here, as with a chunked body.
    post(json, format!("{fits} ").as_bytes()).expect(413);
    let announced = desk
        .ask(Method::POST, "/things")
        .header("content-type", json)
        .header("content-length", "101")
        .send();
    announced.expect(413);
    let packed = desk
        .ask(Method::POST, "/things")
        .header("content-type", json)
        .header("content-encoding", "gzip")
        .body(br#"{"text":"a"}"#)
        .send();
    packed.expect(415);
    let told = desk
        .ask(Method::GET, "/things")
        .body(b"a")
        .send()
        .expect(400);
    assert_eq!(told.problem().0, "body");
}

#[test]
fn a_file_goes_to_the_disk() {
    let desk = desk();
    let somebody = person("chen", &[]);
    let put = |media: &str, length: usize| {
        let ask = desk.ask(Method::PUT, "/file").header("content-type", media);
        ask.by(&somebody).body(&vec![b'a'; length]).send()
    };
    let told = put("text/csv", 200_000).expect(200);
    assert_eq!(told.json::<Note>().text, "file of 200000");
    assert_eq!(
        put("text/csv", 0).expect(200).json::<Note>().text,
        "file of 0"
    );
    put("text/csv", 200_001).expect(413);
    put("multipart/form-data; boundary=a", 10).expect(415);
    put("application/x-www-form-urlencoded", 10).expect(415);
    // What the public brings is small, whatever it is.
    let bring = |length: usize| {
        let ask = desk
            .ask(Method::PUT, "/token")
            .header("content-type", "application/timestamp-reply");
        ask.body(&vec![b'a'; length]).send()
    };
    bring(100).expect(200);
    bring(101).expect(413);
}

#[test]
fn staff_must_be_known_and_their_answers_are_kept_nowhere() {
    let desk = desk();
    desk.get("/inside").expect(401);
    let told = desk.ask(Method::GET, "/inside").shown().send().expect(401);
    assert_eq!(told.header("www-authenticate"), "Bearer");
    let told = desk.get_as("/inside", &person("chen", &[])).expect(200);
    assert_eq!(told.header("cache-control"), "no-store");
    assert_eq!(told.header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(told.header("etag"), "");
    assert_eq!(told.header("access-control-allow-origin"), "");
}

#[test]
fn every_answer_is_safe_in_a_browser_and_has_its_id() {
    let desk = desk();
    for path in ["/things", "/inside", "/nothing", "/things?a=b"] {
        let told = desk.get(path);
        assert_eq!(told.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(told.header("referrer-policy"), "no-referrer", "{path}");
        let policy = told.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}");
        assert_eq!(told.header("x-request-id").len(), 32, "{path}");
    }
    let given = |id: &str| {
        let told = desk.ask(Method::GET, "/things").header("x-request-id", id);
        told.send().header("x-request-id").to_owned()
    };
    assert_eq!(given("abc-123.X_z"), "abc-123.X_z");
    assert_ne!(given("short"), "short");
    assert_ne!(given("with a blank"), "with a blank");
}

#[test]
fn what_is_known_is_not_sent_again() {
    let desk = desk();
    let told = desk.get("/things").expect(200);
    assert_eq!(told.header("access-control-allow-origin"), "*");
    let tag = told.header("etag").to_owned();
    let again = |known: &str| {
        let ask = desk.ask(Method::GET, "/things");
        ask.header("if-none-match", known).send()
    };
    let told = again(&tag).expect(304);
    assert!(told.body.is_empty());
    assert_eq!(told.header("etag"), tag);
    again(&format!("\"other\", {}", tag.trim_start_matches("W/"))).expect(304);
    again("*").expect(304);
    again("\"other\"").expect(200);
}
