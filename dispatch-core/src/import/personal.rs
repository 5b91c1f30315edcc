//! Columns that never reach a roster: personal data, and row numbers.
//!
//! Source: the officer template asks for identity number, telephone and education; a draw needs
//! none of them, and the Personal Information Protection Law asks to keep to the necessary.
//!
//! Invariant: the headers stand in folded form (half width, small letters, no blanks).

/// Row numbers, dropped without a word.
pub(super) const SERIAL: &[&str] = &["序号", "行号", "no", "no."];

/// Personal data that no draw needs, dropped with a note.
pub(super) const PERSONAL: &[&str] = &[
    "身份证号",
    "身份证号码",
    "身份证",
    "公民身份号码",
    "证件号码",
    "手机号",
    "手机号码",
    "手机",
    "移动电话",
    "联系电话",
    "联系方式",
    "电话",
    "电话号码",
    "固定电话",
    "办公电话",
    "法定代表人电话",
    "法人电话",
    "法定代表人联系电话",
    "法定代表人身份证号",
    "法人身份证号",
    "负责人电话",
    "联系人电话",
    "学历",
    "文化程度",
    "学位",
    "性别",
    "年龄",
    "出生日期",
    "出生年月",
    "民族",
    "籍贯",
    "政治面貌",
    "婚姻状况",
    "家庭住址",
    "家庭地址",
    "邮箱",
    "电子邮箱",
    "微信号",
    "银行卡号",
    "照片",
    "id_card",
    "phone",
    "mobile",
    "telephone",
    "email",
    "education",
    "gender",
    "birthday",
];
