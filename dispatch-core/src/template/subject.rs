//! The columns of the subject template.
//!
//! Source: the object template of 12 columns of the provincial platforms, in its order; behind them the
//! columns that strata and groups usually read. Invariant: the import knows every header.

use super::list::Cells::{Date, Text, Usual};
use super::list::{List, may, must};

pub(super) static LIST: List = List {
    title: "检查对象名录模板",
    sheet: "检查对象",
    columns: &[
        may("序号", Text, "1", "不导入，仅供编号。"),
        may("专项库名称", Text, "食品生产企业库", "所属专项库。"),
        must(
            "统一社会信用代码/注册号",
            Text,
            "91350100M000100Y43",
            "18位统一社会信用代码，核对校验码；同一份名录中不得重复。任务中写明使用其他编号的，填该编号。",
        ),
        must("企业名称", Text, "某某食品有限公司", "营业执照上的名称。"),
        may("许可证名称", Text, "食品生产许可证", "如有。"),
        may("编号", Text, "SC10144010600001", "许可证编号。"),
        may("批准日期", Date, "2024-05-06", "许可证批准日期。"),
        may(
            "有效期至(长期=9999-09-09)",
            Date,
            "2029-05-05",
            "长期有效的填“长期”或9999-09-09。",
        ),
        may("发证机关", Text, "广州市市场监督管理局", "许可证发证机关。"),
        may("专业监管", Text, "食品生产", "专业监管类别。"),
        may(
            "专业资质资格",
            Text,
            "食品安全",
            "检查所需的人员资质，多项用分号隔开。",
        ),
        may(
            "配备专家(组长)",
            Text,
            "",
            "检查所需的专家类别，多项用分号隔开。",
        ),
        may("地区", Text, "天河区", "行政区。按区域派员、分层时使用。"),
        may(
            "住所",
            Text,
            "广州市天河区石牌街道某路1号",
            "住所或经营场所。",
        ),
        may("管辖单位", Text, "天河区市场监管局石牌所", "管辖的监管所。"),
        may("行业", Text, "制造业", "所属行业。"),
        may("企业类型", Text, "有限责任公司", "市场主体类型。"),
        may(
            "登记状态",
            Usual(&["存续", "停业", "歇业", "注销", "吊销"]),
            "存续",
            "登记状态。",
        ),
        may(
            "信用风险等级",
            Usual(&["A", "B", "C", "D"]),
            "B",
            "信用风险分类：A低、B一般、C较高、D高；使用其他分类的照填。",
        ),
        may("成立日期", Date, "2015-08-01", "成立日期。"),
        may("上次检查日期", Date, "", "最近一次已完成检查的日期。"),
        may(
            "上次检查编号",
            Text,
            "",
            "该次检查的编号；以此排除的，必须填写。",
        ),
        may(
            "频次排除代码",
            Text,
            "",
            "由 dispatch ledger 填写，一般不手工填写。",
        ),
        may(
            "频次排除凭据",
            Text,
            "",
            "由 dispatch ledger 填写：作为排除依据的检查编号。",
        ),
        may("本年检查次数", Text, "", "由 dispatch ledger 填写。"),
    ],
    remarks: &["需要增加的列可加在最后，并在抽查任务的“对象保留列”中写明表头，否则不导入。"],
};
