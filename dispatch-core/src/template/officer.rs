//! The columns of the officer template.
//!
//! Source: the officer template of the provincial platforms, in its order, of which 21 columns are known;
//! behind them three that Dispatch reads. Invariant: each 有效期 stands right after its certificate.

use super::list::Cells::{Date, Text, Usual, Words};
use super::list::{List, may, must};

pub(super) static LIST: List = List {
    title: "执法检查人员名录模板",
    sheet: "执法检查人员",
    columns: &[
        may("序号", Text, "1", "不导入，仅供编号。"),
        may("单位工号", Text, "TH0012", "单位工号。"),
        must("姓名", Text, "张三", "姓名。"),
        may("身份证号", Text, "", "抽取不需要，导入时舍弃；建议留空。"),
        may("手机号", Text, "", "抽取不需要，导入时舍弃；建议留空。"),
        may("学历", Text, "", "抽取不需要，导入时舍弃；建议留空。"),
        may("岗位大类", Text, "综合监管", "岗位大类。"),
        may("岗位管辖片区", Text, "石牌", "管辖片区。"),
        may("从事本岗起始日期", Date, "2019-03-01", "从事本岗起始日期。"),
        may(
            "岗位资质资格",
            Text,
            "食品安全；特种设备",
            "具备的资质，多项用分号隔开。",
        ),
        may(
            "是否专家",
            Usual(&["是", "否"]),
            "否",
            "是或否；也可直接填专家类别，如“药品GMP”。",
        ),
        may(
            "执法事项范围",
            Text,
            "GS-01；GS-02",
            "可检查的事项，多项用分号隔开。",
        ),
        may("地区", Text, "天河区", "行政区。按区域派员时使用。"),
        may(
            "层级",
            Usual(&["省", "市", "县", "区", "所"]),
            "所",
            "单位层级。",
        ),
        must(
            "部门/机构",
            Text,
            "市场监管局",
            "所在部门，须与抽查任务中席位的“部门”一致。",
        ),
        may("担任职务", Text, "四级主任科员", "担任职务。"),
        may("工作单位", Text, "天河区市场监管局石牌所", "工作单位。"),
        may(
            "工商执法证",
            Text,
            "",
            "没有省政府执法证的，填此证号。两证至少填一个。",
        ),
        may("有效期", Date, "", "前一列证件的有效期。"),
        must(
            "省政府执法证",
            Text,
            "YA4401000001",
            "执法证号，即人员编号；回避名单须用同一证号。没有此证的留空，改填工商执法证。",
        ),
        must(
            "有效期",
            Date,
            "2029-12-31",
            "前一列证件的有效期；检查期限末日之前到期的不参加抽取。",
        ),
        may("可任组长", Words(&["是", "否"]), "是", "是或否。"),
        may("任务上限", Text, "", "本次最多检查几户，不限的留空。"),
        may(
            "请假",
            Text,
            "2026-08-01/2026-08-10",
            "请假时段，多段用分号隔开。",
        ),
    ],
    remarks: &["姓名、部门/机构、执法证号及其有效期必填；两个执法证都有的，以省政府执法证为准。"],
};
