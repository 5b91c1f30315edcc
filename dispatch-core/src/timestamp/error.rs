//! Why a token is no evidence.
//!
//! Invariant: every reason is worded in both languages, and says what to do where something can be done.

use core::fmt;

use crate::digest::Digest;
use crate::language::Message;
use crate::syntax::shown_time;

/// A part of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The whole.
    Token,
    /// The authority's answer around the token.
    Response,
    /// The signed data.
    SignedData,
    /// The signer's entry.
    Signer,
    /// What the signer signed.
    Attributes,
    /// The stamped digest and time.
    Info,
    /// A certificate.
    Certificate,
}

/// A signed attribute that has to be there, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// Any at all.
    All,
    /// What kind of thing is signed.
    ContentType,
    /// The digest of it.
    MessageDigest,
    /// The digest of the signer's certificate.
    SigningCertificate,
}

/// Whose certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The signer's.
    Signer,
    /// That of the pinned issuer.
    Authority,
}

/// Why a token cannot be read or does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimestampError {
    /// More bytes or certificates than any token has.
    TooLarge(Part),
    /// Not the DER form it must have.
    Malformed(Part),
    /// Lengths that are left open, as BER allows and DER does not.
    Indefinite,
    /// The authority refused; its status and words.
    Rejected {
        /// `PKIStatus`.
        status: u64,
        /// What it said, shortened.
        text: String,
    },
    /// Another version of the form.
    Version(Part),
    /// The outermost type is not signed data.
    NotSignedData(String),
    /// What is signed is no time-stamp.
    NotATimestamp(String),
    /// No signer, or several.
    Signers,
    /// The imprint is not SHA-256.
    Imprint(String),
    /// The time has not the form it must have.
    Time,
    /// An algorithm that is not supported, or not here.
    Unsupported(String),
    /// A key that is too short or no key.
    Key,
    /// A signed attribute is missing.
    Missing(Attribute),
    /// A signed attribute stands there twice.
    Repeated(Attribute),
    /// A signed attribute is not that of the content.
    Mismatch(Attribute),
    /// Another message was stamped.
    OtherMessage {
        /// The digest in the token.
        stamped: Digest,
        /// The digest of the message at hand.
        given: Digest,
    },
    /// The signer's certificate is neither in the token nor pinned.
    NoCertificate,
    /// The signer signed for another certificate of the same number.
    OtherCertificate,
    /// The signer has nothing to do with the pinned certificate.
    OtherAuthority {
        /// The common name of the signer.
        signer: String,
    },
    /// The pinned certificate may not issue certificates.
    NotAnIssuer,
    /// The signer's certificate has no valid signature of the pinned issuer.
    IssuerSignature,
    /// The signature of the token is not valid.
    Signature,
    /// The signer's certificate is not for time-stamping alone.
    Purpose,
    /// A critical extension that is not understood.
    CriticalExtension(String),
    /// A certificate was not valid at the time of the stamp.
    NotValid {
        /// Whose certificate.
        whose: Whose,
        /// First second of its validity.
        from: u64,
        /// Last second of its validity.
        until: u64,
        /// The time of the stamp.
        time: u64,
    },
    /// The authority's name in the token is not one of the certificate's.
    OtherName,
}

impl TimestampError {
    /// The reason, for people.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::TooLarge(part) => about(
                *part,
                "is larger than any token needs",
                "过大，超出任何时间戳所需",
            ),
            Self::Malformed(part) => about(
                *part,
                "is not in the form that RFC 3161 and DER require",
                "不符合RFC 3161和DER编码的格式",
            ),
            Self::Indefinite => Message::new(
                "the token is in BER with open lengths, not in DER: `openssl ts -reply -in ANSWER -token_out -out TOKEN` rewrites an answer, with -token_in a token alone",
                "时间戳采用BER不定长编码，而非DER编码：可用 openssl ts -reply -in 应答文件 -token_out -out 时间戳文件 转换（单独的时间戳另加 -token_in）",
            ),
            Self::Rejected { status, text } => Message::new(
                format!("the authority refused the request, status {status}: {text}"),
                format!("时间戳服务机构拒绝了请求，状态{status}：{text}"),
            ),
            Self::Version(part) => about(
                *part,
                "has another version than RFC 3161 names",
                "的版本号与RFC 3161不符",
            ),
            Self::NotSignedData(kind) => Message::new(
                format!("no time-stamp token: its type is {kind}, not signed data"),
                format!("不是时间戳：类型为{kind}，不是签名数据"),
            ),
            Self::NotATimestamp(kind) => Message::new(
                format!("no time-stamp token: what is signed is {kind}"),
                format!("不是时间戳：签名内容的类型为{kind}"),
            ),
            Self::Signers => Message::new(
                "a token has exactly one signer, this has none or several",
                "时间戳应当恰有一个签名者，此处没有或有多个",
            ),
            Self::Imprint(name) => Message::new(
                format!(
                    "the token is over a digest by {name}; only SHA-256 is checked: ask for a token with the request that Dispatch makes"
                ),
                format!(
                    "时间戳所用摘要算法为{name}，本程序只核验SHA-256：请用本程序生成的请求重新申请"
                ),
            ),
            Self::Time => Message::new(
                "the time in the token has not the form that RFC 3161 requires",
                "时间戳中的时间不符合RFC 3161的格式",
            ),
            Self::Unsupported(name) => Message::new(
                format!(
                    "{name} is not supported: RSA from 2048 bits and ECDSA on P-256 or P-384, with SHA-256 or longer, are; ask the authority for such a token"
                ),
                format!(
                    "不支持{name}：支持2048位以上的RSA和P-256、P-384曲线的ECDSA，摘要为SHA-256或更长；请向时间戳服务机构申请此类时间戳"
                ),
            ),
            Self::Key => Message::new(
                "the public key of a certificate is too short, too long or no key",
                "证书的公钥过短、过长或无效",
            ),
            Self::Missing(attribute) => lacking(*attribute, "is missing", "缺少"),
            Self::Repeated(attribute) => lacking(*attribute, "stands there twice", "重复"),
            Self::Mismatch(attribute) => {
                lacking(*attribute, "is not that of the content", "与内容不符")
            }
            Self::OtherMessage { stamped, given } => Message::new(
                format!(
                    "the token is of another message: it stamps SHA-256 {stamped}, the message has {given}"
                ),
                format!("时间戳针对的是另一份内容：所盖摘要为{stamped}，本内容的SHA-256为{given}"),
            ),
            Self::NoCertificate => Message::new(
                "the signer's certificate is not in the token: pin the signer's own certificate, or ask for the token with its certificate",
                "时间戳中没有签名者的证书：请以签名者本身的证书作为信任证书，或申请时要求附带证书",
            ),
            Self::OtherCertificate => Message::new(
                "the signer signed for another certificate than the one with its name and number",
                "签名者所签的证书摘要与同名同号的证书不符",
            ),
            Self::OtherAuthority { signer } => Message::new(
                format!(
                    "the signer \"{signer}\" is not the pinned authority, nor did that issue its certificate"
                ),
                format!("签名者“{signer}”不是所信任的时间戳服务机构，其证书也不是由后者直接签发"),
            ),
            Self::NotAnIssuer => Message::new(
                "the pinned certificate may not issue certificates: pin that of the signer or of its issuer",
                "所信任的证书无权签发证书：请改用签名者的证书或其签发机构的证书",
            ),
            Self::IssuerSignature => Message::new(
                "the signer's certificate was not signed by the pinned authority",
                "签名者证书上的签名不是所信任的机构所签",
            ),
            Self::Signature => Message::new(
                "the signature of the token is not valid",
                "时间戳的签名无效",
            ),
            Self::Purpose => Message::new(
                "the signer's certificate is not for time-stamping alone (critical extended key usage timeStamping, key usage digitalSignature or nonRepudiation)",
                "签名者的证书不是时间戳专用证书（须有且仅有关键扩展密钥用途timeStamping，密钥用途为数字签名或抗抵赖）",
            ),
            Self::CriticalExtension(name) => Message::new(
                format!("there is a critical extension that is not understood: {name}"),
                format!("存在无法识别的关键扩展：{name}"),
            ),
            Self::NotValid {
                whose,
                from,
                until,
                time,
            } => not_valid(*whose, [*from, *until, *time]),
            Self::OtherName => Message::new(
                "the authority's name in the token is not one of the signer's certificate",
                "时间戳中的机构名称与签名者的证书不符",
            ),
        }
    }
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

impl core::error::Error for TimestampError {}

fn about(part: Part, english: &str, chinese: &str) -> Message {
    let (noun, name) = match part {
        Part::Token => ("the token", "时间戳"),
        Part::Response => ("the authority's answer", "时间戳服务机构的应答"),
        Part::SignedData => ("the signed data of the token", "时间戳的签名数据"),
        Part::Signer => ("the signer's entry in the token", "时间戳的签名者信息"),
        Part::Attributes => ("the token's list of signed attributes", "时间戳的签名属性"),
        Part::Info => ("the stamped content (TSTInfo)", "时间戳内容（TSTInfo）"),
        Part::Certificate => ("the certificate", "证书"),
    };
    Message::new(format!("{noun} {english}"), format!("{name}{chinese}"))
}

fn lacking(attribute: Attribute, english: &str, chinese: &str) -> Message {
    let (noun, name) = match attribute {
        Attribute::All => ("the list of signed attributes", "签名属性"),
        Attribute::ContentType => ("the signed content type", "签名属性“内容类型”"),
        Attribute::MessageDigest => ("the signed message digest", "签名属性“消息摘要”"),
        Attribute::SigningCertificate => (
            "the signed digest of the signer's certificate",
            "签名属性“签名证书”",
        ),
    };
    Message::new(format!("{noun} {english}"), format!("{name}{chinese}"))
}

fn not_valid(whose: Whose, times: [u64; 3]) -> Message {
    let [from, until, time] = times.map(shown_time);
    let (noun, name) = match whose {
        Whose::Signer => ("the signer's certificate", "签名者的证书"),
        Whose::Authority => ("the pinned certificate", "所信任的证书"),
    };
    Message::new(
        format!("{noun} is valid from {from} to {until}, the stamp is of {time}"),
        format!("{name}有效期为{from}至{until}，盖章时间为{time}"),
    )
}
