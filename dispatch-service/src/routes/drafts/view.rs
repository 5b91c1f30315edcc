//! How drafts are shown and what comes in for them.

use dispatch_core::syntax::shown_time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::campaign::draft::{self, CustodianCard, Draft, DraftSettings, Part, PulseGiven};
use crate::keys::Envelope;
use crate::problem::Problem;
use crate::store::Sql;

/// A draft that is begun.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDraftView {
    /// 名称
    pub title: String,
    /// 部门
    pub department: String,
    /// 地区代码；空为不限
    #[serde(default)]
    pub region: String,
    /// 演练：使用已公开的随机信标，不能作为证据
    #[serde(default)]
    pub replay: bool,
}

/// Settings of a draft; all of them are set anew.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DraftSettingsView {
    /// 密钥保管方的 custodian.json
    pub custodians: Vec<CustodianCard>,
    /// 上一次抽取的承诺，用于公布名录变动
    pub previous: Option<String>,
    /// 近期随机信标，证明公告晚于它
    pub recent_pulse: Option<PulseGiven>,
    /// 时间锁；不填时，除演练外均设置
    pub timelock: Option<bool>,
    /// 部门；不填则不变
    pub department: Option<String>,
    /// 地区；不填则不变
    pub region: Option<String>,
}

/// A draft.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DraftView {
    /// 草案编号
    pub id: String,
    /// 名称
    pub title: String,
    /// 新建人
    pub owner: String,
    /// 部门
    pub department: String,
    /// 地区
    pub region: String,
    /// 状态：open、announced、withdrawn
    pub state: String,
    /// 是否演练
    pub replay: bool,
    /// 已公告的，其承诺
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commitment: Option<String>,
    /// 新建时间
    pub created: String,
    /// 最后更改时间
    pub changed: String,
    /// 全部内容的摘要；审批以此为准
    pub digest: String,
    /// 已上传的文件
    pub files: Vec<FileView>,
    /// 设置
    pub settings: DraftSettings,
}

/// A file that was uploaded.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FileView {
    /// 哪一份文件
    pub part: Part,
    /// 文件名
    pub name: String,
    /// 工作表；空为唯一可用的一张
    pub sheet: String,
    /// 字节数
    pub length: u64,
}

/// Drafts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DraftsView {
    /// 草案
    pub drafts: Vec<DraftView>,
    /// 下一页的 after；没有则已是最后一页
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A draft as it is shown.
pub(super) fn draft_view(
    sql: &mut dyn Sql,
    envelope: &Envelope,
    draft: Draft,
) -> Result<DraftView, Problem> {
    let digest = draft::digest(sql, &draft)?.to_string();
    let files = draft::uploaded(sql, envelope, &draft.id)?;
    let settings = draft::settings(sql, envelope, &draft.id)?;
    Ok(DraftView {
        digest,
        files: { files.into_iter() }
            .map(|file| FileView {
                part: file.part,
                name: file.name,
                sheet: file.sheet,
                length: file.length,
            })
            .collect(),
        settings,
        state: draft.state.word().to_owned(),
        commitment: draft.commitment.map(|commitment| commitment.to_string()),
        created: shown_time(draft.created),
        changed: shown_time(draft.changed),
        id: draft.id,
        title: draft.title,
        owner: draft.owner,
        department: draft.department,
        region: draft.region,
        replay: draft.replay,
    })
}
