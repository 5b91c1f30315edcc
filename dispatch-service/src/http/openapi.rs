//! The OpenAPI 3.1 document, made from the table of endpoints and the types of what they take and give.
//!
//! Invariant: it says what the router does, since both read the same table; `docs/openapi.json` is a
//! copy that a test compares.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Map, Value, json};

use super::endpoint::{
    Access, AnswerKind, BodyKind, Content, Endpoint, Form, Parameter, Schema, schema,
};
use super::router::{Part, parts};
use crate::people::session::CSRF_HEADER;
use crate::problem::ProblemView;

/// The document of a table.
#[must_use]
pub fn document(endpoints: &[Endpoint]) -> Value {
    let mut schemas = Schemas::default();
    schemas.add(schema::<ProblemView>());
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for endpoint in endpoints {
        let item = paths.entry(path(endpoint.path)).or_default();
        let method = endpoint.method.as_str().to_ascii_lowercase();
        item.insert(method, operation(endpoint, &mut schemas));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Dispatch 双随机抽查服务",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas.0,
            "responses": { "Problem": {
                "description": "未完成；原因见内容（RFC 9457）",
                "headers": { "X-Request-Id": {
                    "description": "请求编号，用于查询运行日志",
                    "schema": { "type": "string" },
                } },
                "content": { "application/problem+json": {
                    "schema": { "$ref": "#/components/schemas/ProblemView" },
                } },
            } },
            "parameters": { "IdempotencyKey": {
                "name": "Idempotency-Key",
                "in": "header",
                "required": true,
                "description": "每次变更用新值，重发时用原值：重复的请求只执行一次",
                "schema": { "type": "string", "minLength": 8, "maxLength": 128, "pattern": "^[!-~]{8,128}$" },
            } },
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": "dispatch",
                    "description": "登录会话；以https提供服务时名称为 __Host-dispatch" },
                "csrf": { "type": "apiKey", "in": "header", "name": CSRF_HEADER,
                    "description": "以会话进行变更时必须提供，登录时给出" },
                "token": { "type": "http", "scheme": "bearer", "description": "访问令牌" },
            },
        },
    })
}

fn operation(endpoint: &Endpoint, schemas: &mut Schemas) -> Value {
    let changes = is_change(endpoint);
    let mut parameters: Vec<Value> = parts(endpoint.path).filter_map(of_path).collect();
    parameters.extend(endpoint.query.iter().map(of_query));
    if changes {
        parameters.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
    }
    let mut responses: BTreeMap<String, Value> = BTreeMap::new();
    for answer in endpoint.answers {
        let made = response(answer, schemas);
        match responses.get_mut(&answer.status.to_string()) {
            Some(known) => add_content(known, made),
            None => drop(responses.insert(answer.status.to_string(), made)),
        }
    }
    let problem = json!({ "$ref": "#/components/responses/Problem" });
    responses.insert("4XX".to_owned(), problem.clone());
    responses.insert("5XX".to_owned(), problem);
    let mut operation = json!({
        "operationId": endpoint.id,
        "summary": endpoint.summary,
        "tags": [tag(endpoint.path)],
        "parameters": parameters,
        "responses": responses,
    });
    let Some(fields) = operation.as_object_mut() else {
        return operation;
    };
    if let Some(body) = request_body(endpoint.body, schemas) {
        fields.insert("requestBody".to_owned(), body);
    }
    let security = match (endpoint.access, changes) {
        (Access::Public, _) => json!([]),
        (Access::Staff, false) => json!([{ "session": [] }, { "token": [] }]),
        (Access::Staff, true) => json!([{ "session": [], "csrf": [] }, { "token": [] }]),
    };
    fields.insert("security".to_owned(), security);
    operation
}

/// Whether the request needs an idempotency key.
#[must_use]
pub fn is_change(endpoint: &Endpoint) -> bool {
    endpoint.access == Access::Staff && endpoint.method != Method::GET
}

/// The path in OpenAPI's form, which knows no value of several segments.
fn path(path: &str) -> String {
    path.replace("*}", "}")
}

fn of_path(part: Part) -> Option<Value> {
    let (name, rest) = match part {
        Part::Named(_) => return None,
        Part::Value(name) => (name, false),
        Part::Rest(name) => (name, true),
    };
    let mut schema = match name {
        "commitment" | "sha256" | "digest" => {
            json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
        }
        "index" => json!({ "type": "integer", "minimum": 0 }),
        _ => json!({ "type": "string", "minLength": 1 }),
    };
    if rest && let Some(schema) = schema.as_object_mut() {
        schema.insert("description".to_owned(), json!("可含“/”，即多级路径"));
    }
    Some(json!({ "name": name, "in": "path", "required": true, "schema": schema }))
}

fn of_query(parameter: &Parameter) -> Value {
    let schema = match parameter.form {
        Form::Text(most) => json!({ "type": "string", "minLength": 1, "maxLength": most }),
        Form::Number(most) => json!({ "type": "integer", "minimum": 0, "maximum": most }),
        Form::OneOf(words) => json!({ "type": "string", "enum": words }),
    };
    json!({
        "name": parameter.name,
        "in": "query",
        "required": false,
        "description": parameter.about,
        "schema": schema,
    })
}

fn request_body(kind: BodyKind, schemas: &mut Schemas) -> Option<Value> {
    let (about, media, schema) = match kind {
        BodyKind::None => return None,
        BodyKind::Json(of) => {
            let schema = schemas.add(of());
            return Some(json!({
                "required": true,
                "content": { "application/json": { "schema": schema } },
            }));
        }
        BodyKind::File(about) => (about, "application/octet-stream", json!({})),
        BodyKind::Text(about) => (about, "text/plain", json!({ "type": "string" })),
    };
    Some(json!({
        "description": about,
        "required": true,
        "content": { media: { "schema": schema } },
    }))
}

fn response(answer: &AnswerKind, schemas: &mut Schemas) -> Value {
    let mut response = json!({ "description": answer.about });
    let content = match answer.content {
        Content::Empty => return response,
        Content::Json(of) => {
            let schema = schemas.add(of());
            json!({ "application/json": { "schema": schema } })
        }
        Content::Media(media) => json!({ media: {} }),
    };
    if let Some(fields) = response.as_object_mut() {
        fields.insert("content".to_owned(), content);
    }
    response
}

/// One status may come with several kinds of content.
fn add_content(known: &mut Value, made: Value) {
    let (Some(known), Value::Object(mut made)) = (known.get_mut("content"), made) else {
        return;
    };
    if let (Some(known), Some(Value::Object(more))) =
        (known.as_object_mut(), made.remove("content"))
    {
        known.extend(more);
    }
}

/// The group of a path: what follows `/api/v1/`, or its first segment.
fn tag(path: &str) -> &str {
    let rest = path.strip_prefix("/api/v1").unwrap_or(path);
    let first = rest.trim_start_matches('/').split('/').next();
    first.unwrap_or_default()
}

/// Schemas by name.
#[derive(Default)]
struct Schemas(BTreeMap<String, Value>);

impl Schemas {
    /// Adds a schema and all that it refers to; gives the reference to it.
    fn add(&mut self, schema: Schema) -> Value {
        for (name, schema) in schema.all {
            let value = serde_json::to_value(schema).unwrap_or_default();
            self.0.insert(name, value);
        }
        json!({ "$ref": format!("#/components/schemas/{}", schema.name) })
    }
}

const ABOUT: &str = "抽查的公告、抽取、分派与公开。公开的读取无需登录；变更须登录，并带 Idempotency-Key。\
未在接口中列出的查询参数、字段和路径一律拒绝。时间均为协调世界时（UTC）。";
