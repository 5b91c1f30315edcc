//! The files of a draft: put, taken away, looked at.

use http::Method;
use zeroize::Zeroizing;

use super::view::{DraftView, draft_view};
use crate::answer;
use crate::audit;
use crate::campaign::draft::{self, Part, UploadedFile, read_file, remove_file, take_file};
use crate::campaign::{files, heavy};
use crate::context::Context;
use crate::http::endpoint::{
    Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Form, Parameter, Request, RequestBody,
    schema,
};
use crate::problem::Problem;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint {
            method: Method::PUT,
            path: "/api/v1/drafts/{id}/files/{part}",
            id: "putDraftFile",
            summary: "上传或替换文件：plan、subjects、officers、recusals、columns、reasons（经办人）",
            access: Access::Staff,
            query: &[
                Parameter {
                    name: "name",
                    about: "文件名，检查结果中用它称呼",
                    form: Form::Text(200),
                },
                Parameter {
                    name: "sheet",
                    about: "工作簿中的工作表",
                    form: Form::Text(100),
                },
            ],
            body: BodyKind::File("XLSX，或UTF-8、GB18030编码的CSV；抽查任务为TOML或XLSX"),
            answers: &[DRAFT],
            handler: |context, request| Box::pin(put(context, request)),
        },
        Endpoint {
            method: Method::DELETE,
            path: "/api/v1/drafts/{id}/files/{part}",
            id: "deleteDraftFile",
            summary: "删除文件（经办人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[DRAFT],
            handler: |context, request| Box::pin(delete(context, request)),
        },
        Endpoint {
            method: Method::GET,
            path: "/api/v1/drafts/{id}/files/{part}",
            id: "getDraftFile",
            summary: "取回文件原文；查看记入审计（经办人、审批人、监督人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[AnswerKind {
                status: 200,
                about: "文件原文",
                content: Content::Media("application/octet-stream"),
            }],
            handler: |context, request| Box::pin(get(context, request)),
        },
    ]
}

async fn put(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let part = Part::of(request.part("part"))?;
    if let Some(answer) = answer::known(&context, &request).await? {
        return Ok(answer);
    }
    let draft = request.part("id").to_owned();
    let (who, held) = (actor.clone(), draft.clone());
    // Before anything is stored.
    let allowed = context
        .store
        .read(move |sql| draft::find_open(sql, &who, &held));
    allowed.await?;
    let name = request.query.get("name").cloned();
    let sheet = request.query.get("sheet").cloned().unwrap_or_default();
    let (shared, held, request) = (context.clone(), draft.clone(), request);
    let (stored, request) = heavy::run(move || {
        let bytes = body(&request)?;
        let (store, envelope) = (&shared.store, &shared.envelope);
        let stored = files::store_sealed(store, envelope, &held, part.word(), bytes)?;
        Ok((stored, request))
    })
    .await?;
    let uploaded = UploadedFile {
        part,
        name: name.unwrap_or_else(|| part.word().to_owned()),
        sheet,
        length: stored.length,
    };
    let (id, envelope) = (request.id.clone(), context.envelope.clone());
    let done = answer::once(&context, &request, move |change| {
        let draft = take_file(change, &envelope, &actor, &draft, &uploaded, &stored)?;
        let told = format!("{} {} bytes", part.word(), stored.length);
        audit::record(change, &actor.name, "draft-file", &draft.id, &told, &id)?;
        Ok((200, draft_view(change.sql, &envelope, draft)?))
    })
    .await;
    if done.is_err() {
        let forgotten = context
            .store
            .write(move |change| files::forget_sealed(change.sql, &stored));
        // Whatever keeps it from being deleted, the answer is the first problem.
        drop(forgotten.await);
    }
    done
}

async fn delete(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let part = Part::of(request.part("part"))?;
    let (draft, id) = (request.part("id").to_owned(), request.id.clone());
    let envelope = context.envelope.clone();
    answer::once(&context, &request, move |change| {
        let draft = remove_file(change, &envelope, &actor, &draft, part)?;
        let word = part.word();
        audit::record(
            change,
            &actor.name,
            "draft-file-delete",
            &draft.id,
            word,
            &id,
        )?;
        Ok((200, draft_view(change.sql, &envelope, draft)?))
    })
    .await
}

/// The look is recorded before anything is shown.
async fn get(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let part = Part::of(request.part("part"))?;
    let (draft, id) = (request.part("id").to_owned(), request.id.clone());
    let held = draft.clone();
    let seen = context.store.write(move |change| {
        draft::find(change.sql, &actor, &draft)?;
        files::find(change.sql, &draft, part.word())?.ok_or_else(Problem::not_found)?;
        audit::record(change, &actor.name, "look", &draft, part.word(), &id)
    });
    seen.await?;
    let envelope = context.envelope.clone();
    let bytes = context
        .store
        .read(move |sql| read_file(sql, &envelope, &held, part));
    Ok(Answer::bytes(
        200,
        "application/octet-stream",
        bytes.await?.to_vec(),
    ))
}

/// The bytes that were sent.
fn body(request: &Request) -> Result<Zeroizing<Vec<u8>>, Problem> {
    match &request.body {
        RequestBody::None => Ok(Zeroizing::default()),
        RequestBody::Bytes(bytes) => Ok(Zeroizing::new(bytes.to_vec())),
        RequestBody::File { file, .. } => file
            .bytes()
            .map(Zeroizing::new)
            .map_err(|error| Problem::internal(&error)),
    }
}

const DRAFT: AnswerKind = AnswerKind {
    status: 200,
    about: "草案",
    content: Content::Json(schema::<DraftView>),
};
