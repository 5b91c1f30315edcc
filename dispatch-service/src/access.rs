//! Who asks, and what they may do.
//!
//! Roles say what, the scope says where: department and region, empty for all. Invariant: whoever may
//! not see a thing is told that it is not there, not that it is forbidden.

use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// What a person may do.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// 管理员: people, tokens, settings; no draws.
    Administrator,
    /// 经办人: drafts, proposals, stages.
    Operator,
    /// 审批人: agrees to what an operator proposed.
    Approver,
    /// 派发人: sees the drawn list of the own department and region, hands out visits.
    Dispatcher,
    /// 执法检查人员: sees the own visits.
    Officer,
    /// 监督人: reads everything, changes nothing.
    Supervisor,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 6] = [
        Self::Administrator,
        Self::Operator,
        Self::Approver,
        Self::Dispatcher,
        Self::Officer,
        Self::Supervisor,
    ];

    /// The word for it in requests, tables and commands.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Operator => "operator",
            Self::Approver => "approver",
            Self::Dispatcher => "dispatcher",
            Self::Officer => "officer",
            Self::Supervisor => "supervisor",
        }
    }

    /// The role of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// Where somebody may do it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The department; empty: all.
    pub department: String,
    /// The region, and all whose codes begin with it; empty: all.
    pub region: String,
}

impl Scope {
    /// Whether a thing of this department and region is within the scope.
    #[must_use]
    pub fn covers(&self, department: &str, region: &str) -> bool {
        (self.department.is_empty() || self.department == department)
            && region.starts_with(&self.region)
    }
}

/// How somebody showed who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// A session, by cookie; changes need its CSRF token.
    Session,
    /// A token, with what it is for: words of [`TokenScope`].
    Token(Vec<TokenScope>),
    /// A single-sign-on gateway.
    Gateway,
}

/// What a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TokenScope {
    /// Reading.
    Read,
    /// Drafts, proposals, pulses, and all other changes that the person's roles allow, but not
    /// deciding, people and tokens.
    Write,
    /// Agreeing to proposals.
    Decide,
}

impl TokenScope {
    /// All scopes.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Decide];

    /// The word for it in requests, tables and commands.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Decide => "decide",
        }
    }

    /// The scope of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.word() == word)
    }
}

/// Somebody who is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The login name.
    pub name: String,
    /// Roles, ascending.
    pub roles: Vec<Role>,
    /// Where.
    pub scope: Scope,
    /// Id in officer rosters; empty for others.
    pub officer: String,
    /// How they showed who they are.
    pub via: Via,
}

impl Actor {
    /// Whether they have the role.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Refuses whoever has none of the roles.
    ///
    /// # Errors
    /// 403.
    pub fn must_be(&self, roles: &[Role]) -> Result<(), Problem> {
        if roles.iter().any(|role| self.is(*role)) {
            return Ok(());
        }
        let words: Vec<&str> = roles.iter().map(|role| role.word()).collect();
        let words = words.join(", ");
        Err(Problem::new(
            403,
            "forbidden",
            format!("this needs one of the roles: {words}"),
            format!("需要以下角色之一：{words}"),
        ))
    }

    /// Refuses a token: what it must not do, whatever its scopes.
    ///
    /// # Errors
    /// 403.
    pub fn must_be_in_person(&self) -> Result<(), Problem> {
        if !matches!(self.via, Via::Token(_)) {
            return Ok(());
        }
        Err(Problem::new(
            403,
            "token-scope",
            "this is not done with a token; log in",
            "此操作不能使用访问令牌，请登录后进行",
        ))
    }

    /// Hides what is outside the scope.
    ///
    /// # Errors
    /// 404.
    pub fn must_cover(&self, department: &str, region: &str) -> Result<(), Problem> {
        if self.scope.covers(department, region) {
            Ok(())
        } else {
            Err(Problem::not_found())
        }
    }
}
