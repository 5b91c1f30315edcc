//! The table of problem kinds.
//!
//! To add a kind, add one entry to the table: name, values, severity, stable code, and message and
//! remedy in English and Chinese. Messages may name the values in braces. Codes never change once
//! released, since people and programs refer to them.
//!
//! Invariant: codes are unique.

use super::Severity;
use crate::credit_code::CreditCodeError;
use crate::language::Language;

macro_rules! problem_kinds {
    ($(
        $name:ident { $($field:ident : $type:ty),* $(,)? } = $severity:ident $code:literal
            en $en:literal => $en_remedy:literal
            zh $zh:literal => $zh_remedy:literal;
    )*) => {
        /// What is wrong; each kind shows its English message.
        #[derive(Clone, Debug, Eq, PartialEq)]
        #[non_exhaustive]
        pub enum ProblemKind {
            $(
                #[doc = concat!("`", $code, "`: ", $en, ".")]
                $name {
                    $(
                        #[doc = concat!("The `", stringify!($field), "` of the message.")]
                        $field: $type,
                    )*
                },
            )*
        }

        #[allow(unused_variables, reason = "a message need not show every value")]
        #[allow(clippy::useless_format, reason = "messages without values share the table")]
        impl ProblemKind {
            /// Stable identifier of this kind.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $code,)*
                }
            }

            /// How much this kind matters by itself.
            #[must_use]
            pub fn severity(&self) -> Severity {
                match self {
                    $(Self::$name { .. } => Severity::$severity,)*
                }
            }

            /// What is wrong, without the place and without a closing stop.
            #[must_use]
            pub fn message(&self, language: Language) -> String {
                match (self, language) {
                    $(
                        (Self::$name { $($field),* }, Language::English) => format!($en),
                        (Self::$name { $($field),* }, Language::Chinese) => format!($zh),
                    )*
                }
            }

            /// What to do about it, without a closing stop.
            #[must_use]
            pub fn remedy(&self, language: Language) -> String {
                match (self, language) {
                    $(
                        (Self::$name { $($field),* }, Language::English) => format!($en_remedy),
                        (Self::$name { $($field),* }, Language::Chinese) => format!($zh_remedy),
                    )*
                }
            }
        }

        #[cfg(test)]
        const CODES: &[&str] = &[$($code),*];
    };
}

problem_kinds! {
    // Files.
    EmptyFile {} = Error "file.empty"
        en "the file is empty" => "export the list again and check that it has a header line"
        zh "文件是空的" => "重新导出名单，确认第一行是表头";
    NotCsv { format: &'static str } = Error "file.not-csv"
        en "this is {format}, not a CSV file"
            => "open it in the spreadsheet program, choose \"save as\" and the type CSV UTF-8"
        zh "这是{format}文件，不是CSV文件" => "用表格软件打开，另存为“CSV UTF-8（逗号分隔）”后再导入";
    NulByte {} = Error "file.nul-byte"
        en "the file holds a zero byte, so it is not a text file or it is damaged"
            => "save the list again as CSV UTF-8"
        zh "文件含有空字节，不是文本文件或已损坏" => "把名单重新另存为CSV UTF-8";
    Unreadable { reason: String } = Error "file.unreadable"
        en "the rest of the file cannot be read ({reason})" => "save the list again as CSV UTF-8"
        zh "文件其余部分无法读取（{reason}）" => "把名单重新另存为CSV UTF-8";
    Encoding { encoding: &'static str } = Note "import.encoding"
        en "read as {encoding}" => "none needed; if names look wrong, save the list as CSV UTF-8"
        zh "按{encoding}编码读取" => "无需处理；如名称显示为乱码，请另存为CSV UTF-8";
    MalformedText { encoding: &'static str } = Error "import.malformed-text"
        en "the cell holds bytes that are not {encoding}"
            => "type the cell again, or save the list as CSV UTF-8"
        zh "单元格含有不符合{encoding}编码的字节" => "重新录入该单元格，或把名单另存为CSV UTF-8";

    // Workbooks.
    OldWorkbook {} = Error "file.old-workbook"
        en "this is an old workbook (.xls)"
            => "open it in the spreadsheet program, choose \"save as\" and the type XLSX"
        zh "这是旧版工作簿（.xls）" => "用表格软件打开，另存为“Excel工作簿（.xlsx）”";
    ProtectedWorkbook {} = Error "file.protected"
        en "the workbook is protected by a password"
            => "open it with the password, remove the protection and save it again as XLSX"
        zh "工作簿设有打开密码" => "用密码打开，取消加密后重新保存为XLSX";
    NotWorkbook { format: &'static str } = Error "file.not-workbook"
        en "this is {format}, not an XLSX workbook"
            => "open it in the spreadsheet program, choose \"save as\" and the type XLSX or CSV UTF-8"
        zh "这是{format}文件，不是XLSX工作簿" => "用表格软件打开，另存为“Excel工作簿（.xlsx）”或“CSV UTF-8”";
    WorkbookDamaged { part: String, reason: String } = Error "workbook.damaged"
        en "the workbook is damaged in {part}: {reason}"
            => "open it in the spreadsheet program and save it again as XLSX, or as CSV UTF-8"
        zh "工作簿已损坏（{part}：{reason}）" => "用表格软件打开后重新保存为XLSX，或另存为CSV UTF-8";
    WorkbookTooLarge { part: String, limit: u64 } = Error "workbook.too-large"
        en "{part} holds more than {limit} MiB"
            => "delete sheets, pictures and formats that are not the list and save again, or save as CSV UTF-8"
        zh "{part}的内容超过{limit} MiB" => "删除与名单无关的工作表、图片和格式后重新保存，或另存为CSV UTF-8";
    WorkbookRatio { part: String, ratio: u64, limit: u64 } = Error "workbook.ratio"
        en "{part} unpacks to {ratio} times its size, more than {limit}: this may be an attack"
            => "ask where the file comes from; clear formats of empty rows and save again, or save as CSV UTF-8"
        zh "{part}解压后是原来的{ratio}倍，超过{limit}倍，可能是恶意文件"
            => "核实文件来源；清除空白行的格式后重新保存，或另存为CSV UTF-8";
    WorkbookParts { found: usize, limit: usize } = Error "workbook.parts"
        en "the file has {found} parts, more than {limit}"
            => "copy the list into a new workbook, or save as CSV UTF-8"
        zh "文件含有{found}个部件，超过{limit}个" => "把名单复制到新工作簿，或另存为CSV UTF-8";
    WorkbookRows { limit: u32 } = Error "workbook.rows"
        en "the sheet has rows beyond {limit}" => "save the list as CSV UTF-8"
        zh "工作表超过{limit}行" => "把名单另存为CSV UTF-8";
    WorkbookColumns { limit: u32 } = Error "workbook.columns"
        en "the sheet has cells beyond column {limit}" => "delete columns that are not the list"
        zh "工作表在第{limit}列之后还有内容" => "删除与名单无关的列";
    WorkbookDoctype { part: String } = Error "workbook.doctype"
        en "{part} declares a document type, which no spreadsheet program writes: this may be an attack"
            => "ask where the file comes from, and save the list again from the spreadsheet program"
        zh "{part}含有文档类型声明，表格软件不会这样写，可能是恶意文件" => "核实文件来源，用表格软件重新保存名单";
    WorkbookLongCell { part: String } = Error "workbook.long-cell"
        en "a cell in {part} is far longer than the 32,767 characters that a cell may hold"
            => "save the list again from the spreadsheet program, or as CSV UTF-8"
        zh "{part}中有单元格远超32,767个字符的上限" => "用表格软件重新保存名单，或另存为CSV UTF-8";

    // What the rosters themselves refuse.
    RosterRow { reason: String } = Error "roster.row"
        en "the row cannot stand in a roster: {reason}" => "correct the cell and import again"
        zh "该行不能进入名录：{reason}" => "更正单元格后重新导入";
    RecusalSubject { id: String } = Warning "recusal.unknown-subject"
        en "subject {id} is not in the roster" => "correct the number; if the subject has left the roster, the line does nothing"
        zh "检查对象“{id}”不在名录中" => "核对编号；如该对象确已不在名录中，此行不起作用";
    RecusalOfficer { id: String } = Error "recusal.unknown-officer"
        en "officer {id} is not in the roster, so this recusal would have no effect"
            => "use the certificate number under which the officer stands in the roster, or delete the line if the officer has left"
        zh "执法检查人员“{id}”不在名录中，此条回避不会生效"
            => "填写该人员在名录中使用的执法证号；如该人员已离开，请删除此行";
    PlanColumnHeader { path: String, column: String, field: String } = Error "plan.column-header"
        en "the plan ({path}) reads \"{column}\", which is a header; its field name is {field}" => "write {field} in the plan"
        zh "抽查任务（{path}）引用了表头“{column}”，导入后的列名为{field}" => "在抽查任务中改写为{field}";
    PlanColumnLeftOut { path: String, column: String } = Error "plan.column-left-out"
        en "the plan ({path}) reads \"{column}\", a column that is left out" => "add it to columns under [subjects] in the plan"
        zh "抽查任务（{path}）引用了“{column}”列，但该列未导入" => "在抽查任务[subjects]的columns中加入该列";
    PlanColumnAbsent { path: String, column: String, known: String } = Error "plan.column-absent"
        en "the plan ({path}) reads \"{column}\", and the file has no such column" => "correct the name, or add the column; the file has: {known}"
        zh "抽查任务（{path}）引用了“{column}”，文件中没有这一列" => "更正列名或补充该列；现有列：{known}";

    // Header.
    MissingColumn { field: &'static str, accepted: String } = Error "import.missing-column"
        en "no column for {field}" => "give the column one of these headers: {accepted}"
        zh "缺少“{field}”列" => "在第一行加上表头，可用名称：{accepted}";
    RepeatedColumn { field: String, first: String, second: String } = Error "import.repeated-column"
        en "columns \"{first}\" and \"{second}\" both mean {field}" => "delete or rename one of them"
        zh "“{first}”列与“{second}”列含义相同（{field}）" => "删除其中一列或改名";
    UnnamedColumn { number: usize } = Note "import.unnamed-column"
        en "column number {number} has no header and is left out" => "give it a header if it is needed"
        zh "第{number}列没有表头，未导入" => "如需要该列，请补上表头";
    PersonalColumn {} = Note "import.personal-column"
        en "personal data is not needed for a draw; the column is dropped"
            => "none needed; better leave the column out when exporting"
        zh "个人信息与抽取无关，该列已舍弃" => "无需处理；建议导出时就不包含该列";
    LeftOutColumn {} = Note "import.left-out-column"
        en "the column is not known and is left out"
            => "name it as an extra column if strata or filters need it"
        zh "无法识别的列，未导入" => "如分层或筛选要用到，请在导入选项中把它列为附加列";
    ExtraColumnAbsent { name: String } = Warning "import.extra-column-absent"
        en "the extra column \"{name}\" is not in the file" => "check the spelling of the header"
        zh "文件中没有要求附加的“{name}”列" => "核对表头的写法";

    // Sheets of workbooks.
    SheetUnknown { name: String, sheets: String } = Error "import.sheet-unknown"
        en "the workbook has no sheet \"{name}\"" => "name one of its sheets: {sheets}"
        zh "工作簿中没有工作表“{name}”" => "改为其中一个工作表：{sheets}";
    SheetAmbiguous { candidates: String, example: String } = Error "import.sheet-ambiguous"
        en "several sheets may be the list: {candidates}" => "say which, for example {example}"
        zh "有几个工作表都像是名单：{candidates}" => "指明工作表，例如：{example}";
    HeaderAbsent { sheets: String } = Error "import.header-absent"
        en "no visible sheet has a header line among its first 30 rows; sheets: {sheets}"
            => "give the columns headers of docs/input.md, or a mapping with --columns"
        zh "各可见工作表的前30行中都没有认得的表头；工作表：{sheets}"
            => "按docs/input.md写表头，或用 --columns 给出表头对照";
    SheetChosen { sheet: String, others: String } = Note "import.sheet-chosen"
        en "sheet {sheet} is read; not read: {others}" => "none needed; name another sheet if this is the wrong one"
        zh "读取的是工作表“{sheet}”，未读取：{others}" => "无需处理；如不对，请指明工作表";
    HeaderBelowTitle { row: u64 } = Note "import.header-below-title"
        en "the header line was found in row {row}; what stands above it is not read" => "none needed"
        zh "表头在第{row}行，其上的内容未读取" => "无需处理";
    HiddenRows { count: u64, first: u64 } = Warning "import.hidden-rows"
        en "{count} hidden or filtered rows were read like all others, the first is row {first}"
            => "show all rows and delete those that do not belong to the list"
        zh "有{count}行是隐藏或被筛选掉的，也照常读取，第一处是第{first}行" => "取消隐藏和筛选，删除不属于名单的行";
    HiddenColumn {} = Note "import.hidden-column"
        en "the column is hidden and was read" => "none needed; show it to check what it holds"
        zh "该列是隐藏列，已读取" => "无需处理；可取消隐藏后核对";
    MergedCells { area: String } = Error "import.merged-cells"
        en "the cells {area} are merged, so only the first of them holds the value"
            => "unmerge them and fill every cell"
        zh "{area}是合并单元格，只有第一格有内容" => "取消合并，并在每一格填上内容";
    NumericId { value: String } = Error "import.numeric-id"
        en "the number stands as the numeric value {value}, so digits or leading zeros may be lost"
            => "format the column as text and enter the number again from its source"
        zh "编号被存成了数值{value}，可能已丢失位数或前导零" => "把该列设为文本格式，按原件重新录入";
    LongNumber { value: String } = Error "import.long-number"
        en "the numeric value {value} has more digits than a spreadsheet keeps"
            => "format the column as text and enter the value again from its source"
        zh "数值{value}的位数超过表格软件能保存的15位" => "把该列设为文本格式，按原件重新录入";
    CellError { value: String } = Error "import.cell-error"
        en "the cell shows the error {value}" => "mend the formula, or type the value"
        zh "单元格是错误值{value}" => "修正公式，或直接填写内容";
    CellUncalculated {} = Error "import.cell-uncalculated"
        en "the cell holds a formula whose value was not saved"
            => "open the file in the spreadsheet program and save it again, or type the value"
        zh "单元格是公式，但文件中没有保存结果" => "用表格软件打开后重新保存，或直接填写内容";

    // Mapping of columns.
    MappedHeaderAbsent { header: String } = Error "import.mapped-header-absent"
        en "the mapping names a column \"{header}\" that the file does not have"
            => "correct the mapping; headers must stand there as in the file"
        zh "表头对照中的“{header}”在文件里没有" => "更正对照文件，表头要与名单中的一致";
    MappedFieldUnknown { header: String, field: String, known: String } = Error "import.mapped-field-unknown"
        en "the mapping gives \"{header}\" the meaning {field}, which is no field of this list"
            => "write one of: {known}; or put the header under keep"
        zh "表头对照把“{header}”对应到“{field}”，这种名单没有此列名" => "改为其中之一：{known}；或写入keep";

    // Rows.
    TooFewCells { found: usize, expected: usize } = Error "import.too-few-cells"
        en "{found} cells instead of {expected}"
            => "complete the row; if many rows end early, the spreadsheet program dropped empty cells \
                at the line end: fill the last column throughout and save again"
        zh "只有{found}个单元格，应为{expected}个"
            => "补全该行；如很多行都缺，是表格软件省略了行尾空格子，请把最后一列全部填上内容后重新保存";
    TooManyCells { found: usize, expected: usize } = Error "import.too-many-cells"
        en "{found} cells instead of {expected}"
            => "look for a separator inside a cell, which must then stand in double quotes"
        zh "有{found}个单元格，应为{expected}个" => "检查单元格内是否有未加双引号的分隔符";
    OpenQuote {} = Error "import.open-quote"
        en "a double quote is opened in this row and never closed, so the rest of the file is lost"
            => "remove the stray double quote or close it"
        zh "该行有一个未闭合的双引号，其后的内容都无法读取" => "删除多余的双引号，或补上另一半";
    EmptyCell { field: &'static str } = Error "roster.empty-cell"
        en "the cell is empty, but {field} is required" => "fill the cell, or delete the row"
        zh "必填的单元格是空的（{field}）" => "补填内容，或删除该行";
    ControlCharacter { code_point: String } = Error "import.control-character"
        en "the text holds the invisible control character {code_point}"
            => "type the cell again on one line"
        zh "文字中有不可见的控制字符{code_point}" => "在一行内重新录入该单元格";
    DamagedText {} = Error "import.damaged-text"
        en "the text holds the replacement character U+FFFD: an earlier conversion lost characters"
            => "export the list again from its source"
        zh "文字中有替换符U+FFFD，说明此前转换时已丢字" => "从原系统重新导出名单";
    Normalised { from: String, to: String } = Note "import.normalised"
        en "\"{from}\" was read as \"{to}\"" => "none needed; check that this is the same"
        zh "“{from}”按“{to}”导入" => "无需处理；请核对是否一致";

    // Identifiers.
    CreditCodeLength { length: usize } = Error "roster.credit-code-length"
        en "the credit code has {length} characters instead of 18" => "copy the code from the licence"
        zh "统一社会信用代码有{length}位，应为18位" => "按营业执照核对";
    CreditCodeCharacter { position: usize, character: char } = Error "roster.credit-code-character"
        en "\"{character}\" at position {position} is not allowed in a credit code"
            => "copy the code from the licence; I, O, S, V and Z never occur in it"
        zh "统一社会信用代码第{position}位“{character}”不是允许的字符"
            => "按营业执照核对；代码中不会出现I、O、S、V、Z";
    CreditCodeCheck { found: char, expected: char } = Error "roster.credit-code-check"
        en "check character is {found}, should be {expected}"
            => "one of the 18 characters is wrong: copy the code from the licence"
        zh "校验码是{found}，应为{expected}" => "18位中有一位写错了，按营业执照核对";
    OldRegistrationNumber {} = Error "roster.old-registration-number"
        en "15 digits are an old registration number, not a unified social credit code"
            => "look up the unified social credit code of this enterprise"
        zh "这是15位的旧注册号，不是统一社会信用代码" => "查询该企业的统一社会信用代码后填入";
    LostDigits { value: String } = Error "roster.lost-digits"
        en "\"{value}\" lost digits in a spreadsheet"
            => "format the column as text, fill it from the source again, and import again"
        zh "“{value}”在表格软件中丢失了位数" => "把该列设为文本格式，从原系统重新取数后再导入";
    BadId { value: String } = Error "roster.bad-id"
        en "\"{value}\" is not an identifier: 1 to 64 printable characters without spaces"
            => "correct the identifier"
        zh "“{value}”不是有效的编号：应为1至64个可见字符，中间无空格" => "更正编号";
    DuplicateId { id: String, first_row: u64 } = Error "roster.duplicate-id"
        en "{id} already stands in row {first_row}" => "keep one of the two rows and delete the other"
        zh "{id}与第{first_row}行重复" => "两行只保留一行";
    DuplicateRecusal { first_row: u64 } = Note "recusal.duplicate"
        en "the same subject and officer already stand in row {first_row}; this row is left out"
            => "none needed"
        zh "与第{first_row}行是同一对象和人员，本行未重复导入" => "无需处理";

    // Other cells.
    BadDate { value: String } = Error "roster.bad-date"
        en "\"{value}\" is not a date" => "write it like 2026-07-01; 长期 means without end"
        zh "“{value}”不是有效日期" => "按2026-07-01的格式填写；长期有效的填“长期”";
    BadLeave { value: String } = Error "roster.bad-leave"
        en "\"{value}\" is not a leave" => "write it like 2026-07-01/2026-07-05, several joined by ;"
        zh "“{value}”不是有效的请假时段" => "按2026-07-01/2026-07-05的格式填写，多段用分号隔开";
    LeaveReversed { start: String, end: String } = Error "roster.leave-reversed"
        en "the leave ends on {end}, before it starts on {start}" => "correct the two dates"
        zh "请假结束日{end}早于开始日{start}" => "更正起止日期";
    BadLimit { value: String } = Error "roster.bad-limit"
        en "\"{value}\" is not a task limit" => "write a whole number from 0 to 999999, or leave it empty"
        zh "“{value}”不是有效的任务上限" => "填写0至999999的整数，不限的留空";
    BadYesNo { value: String } = Error "roster.bad-yes-no"
        en "\"{value}\" is neither yes nor no" => "write 是 or 否"
        zh "“{value}”既不是“是”也不是“否”" => "填写“是”或“否”";
    BadChoice { value: String, accepted: String } = Error "import.bad-choice"
        en "\"{value}\" is not one of the words known here" => "write one of: {accepted}"
        zh "无法识别“{value}”" => "填写下列之一：{accepted}";
    VisitDay { value: String } = Error "visit.day"
        en "{value} cannot be the day of a visit" => "write the day of the visit, from the year 2000 on"
        zh "{value}不能作为检查日期" => "填写2000年以后的实际检查日期";
    VisitDisclosedEarly { date: String, disclosed: String } = Error "visit.disclosed-early"
        en "disclosed on {disclosed}, before the visit of {date}"
            => "correct one of the two dates; a visit is disclosed after it took place"
        zh "公开日期{disclosed}早于检查日期{date}" => "更正其中一个日期；检查完成后才能公开";
    VisitWithoutResult {} = Warning "visit.without-result"
        en "the visit is completed but has no result, so it counts neither as clean nor as a finding"
            => "enter the result"
        zh "检查已完成但未填检查结果，不计入“连续未发现问题”，也不视为发现问题" => "补录检查结果";
    VisitWithoutOfficers {} = Warning "visit.without-officers"
        en "the visit is completed but names no officers" => "enter the certificate numbers of the officers"
        zh "检查已完成但未填检查人员" => "补录检查人员的执法证号";
    VisitSubject { id: String } = Warning "visit.unknown-subject"
        en "subject {id} is not in the roster" => "correct the number; if the subject has left the roster, nothing needs to be done"
        zh "检查对象“{id}”不在名录中" => "核对编号；如该对象确已不在名录中，无需处理";
    VisitOfficer { id: String } = Warning "visit.unknown-officer"
        en "officer {id} is not in the roster, so no pair with this officer is forbidden"
            => "correct the number; if the officer has left, nothing needs to be done"
        zh "执法检查人员“{id}”不在名录中，不产生与其有关的回避" => "核对执法证号；如该人员已离开，无需处理";
    ExpiredCertificate { expires: String, valid_through: String } = Warning "roster.expired-certificate"
        en "the certificate expires on {expires}, before {valid_through}: the officer will not be drawn"
            => "renew the certificate and enter the new date, if the officer is to take part"
        zh "执法证有效期至{expires}，早于{valid_through}，该人员不会被抽取" => "如需参加抽取，换证后更新有效期";
}

impl ProblemKind {
    /// The kind for a text that is not a credit code.
    #[must_use]
    pub fn credit_code(value: &str, error: &CreditCodeError) -> Self {
        match *error {
            CreditCodeError::Length { length, .. } => Self::CreditCodeLength { length },
            CreditCodeError::Character {
                position,
                character,
            } => Self::CreditCodeCharacter {
                position,
                character,
            },
            CreditCodeError::CheckCharacter { found, expected } => {
                Self::CreditCodeCheck { found, expected }
            }
            CreditCodeError::OldRegistrationNumber => Self::OldRegistrationNumber {},
            CreditCodeError::LostDigits => Self::LostDigits {
                value: value.to_owned(),
            },
        }
    }
}

#[cfg(test)]
mod tests;
