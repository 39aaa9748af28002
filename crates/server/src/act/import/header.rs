//! The first line of a file: the names of its columns, in any order, in English or
//! Chinese. They say what the file holds.

use std::collections::BTreeSet;

use super::encoding::Encoding;
use super::rows::Row;

/// What a file holds, in the order in which files are imported: what another kind refers
/// to comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Merchants.
    Merchants,
    /// Terminals of merchants.
    Terminals,
    /// Operators of terminals.
    Operators,
    /// Registered phones of merchants.
    Contacts,
    /// Transactions taken on terminals.
    Transactions,
}

/// A column that a file may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    /// Its name.
    pub(super) name: &'static str,
    /// Its other names.
    pub(super) chinese: &'static [&'static str],
    /// Whether it has to be there.
    pub(super) needed: bool,
}

const fn needed(name: &'static str, chinese: &'static [&'static str]) -> Column {
    Column {
        name,
        chinese,
        needed: true,
    }
}

const fn other(name: &'static str, chinese: &'static [&'static str]) -> Column {
    Column {
        name,
        chinese,
        needed: false,
    }
}

const MERCHANT: Column = needed("merchant_number", &["商户号", "商户编号"]);
const TERMINAL: Column = needed("terminal_number", &["终端号", "终端编号"]);
const PHONE: &[&str] = &["手机号", "登记手机"];

const MERCHANTS: &[Column] = &[
    MERCHANT,
    needed("name", &["商户名称"]),
    other("phone", PHONE),
    other("status", &["状态", "商户状态"]),
    other("credit_code", &["统一社会信用代码"]),
    other("holder_id", &["账户持有人身份证号", "法人身份证号"]),
    other("proxy_ids", &["代办人身份证号"]),
];
const TERMINALS: &[Column] = &[
    MERCHANT,
    TERMINAL,
    needed("serial_number", &["序列号", "终端序列号"]),
    needed("model", &["型号", "终端型号"]),
];
const OPERATORS: &[Column] = &[
    MERCHANT,
    TERMINAL,
    needed("operator_number", &["操作员号", "操作员编号"]),
];
const CONTACTS: &[Column] = &[MERCHANT, needed("phone", PHONE)];
const TRANSACTIONS: &[Column] = &[
    needed("reference", &["流水号", "交易流水号"]),
    MERCHANT,
    TERMINAL,
    needed("kind", &["交易类型"]),
    needed("amount_yuan", &["交易金额", "金额"]),
    needed("taken_at", &["交易时间"]),
    needed("batch", &["批次号"]),
    other("settled_on", &["清算日期", "结算日期"]),
];

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Merchants,
        Self::Terminals,
        Self::Operators,
        Self::Contacts,
        Self::Transactions,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Merchants => "merchants",
            Self::Terminals => "terminals",
            Self::Operators => "operators",
            Self::Contacts => "contacts",
            Self::Transactions => "transactions",
        }
    }

    /// Its columns.
    pub(super) const fn columns(self) -> &'static [Column] {
        match self {
            Self::Merchants => MERCHANTS,
            Self::Terminals => TERMINALS,
            Self::Operators => OPERATORS,
            Self::Contacts => CONTACTS,
            Self::Transactions => TRANSACTIONS,
        }
    }

    /// The column by which a file of this kind is known. A file with only a merchant's
    /// number and a phone is one of contacts.
    const fn mark(self) -> &'static str {
        match self {
            Self::Merchants => "name",
            Self::Terminals => "serial_number",
            Self::Operators => "operator_number",
            Self::Contacts => "phone",
            Self::Transactions => "reference",
        }
    }

    fn column(self, written: &str) -> Option<&'static Column> {
        let columns = self.columns().iter();
        columns.into_iter().find(|column| {
            column.name.eq_ignore_ascii_case(written) || column.chinese.contains(&written)
        })
    }

    /// What a file of this kind has in its first line.
    fn takes(self) -> String {
        let mut names = Vec::new();
        for column in self.columns() {
            let brackets = if column.needed { ("", "") } else { ("[", "]") };
            let chinese = column.chinese.first().copied().unwrap_or_default();
            names.push(format!(
                "{}{} {chinese}{}",
                brackets.0, column.name, brackets.1
            ));
        }
        format!("{}: {}", self.name(), names.join(", "))
    }
}

/// The columns of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    kind: Kind,
    /// Each column's name, and as it is written there.
    columns: Vec<(&'static str, String)>,
}

impl Header {
    /// Reads the first line, or says what is wrong with it and what is taken.
    pub(super) fn read(row: &Row<'_>, encoding: Encoding) -> Result<Self, String> {
        let mut written = Vec::new();
        for at in 0..row.len() {
            let text = row.cell(at).and_then(|cell| encoding.decode(cell));
            let text = text.ok_or("the first line is neither UTF-8 nor GB 18030")?;
            written.push(text.trim().to_owned());
        }
        let is_there = |kind: &Kind| {
            let mark = |text: &String| kind.column(text).is_some_and(|it| it.name == kind.mark());
            written.iter().any(mark)
        };
        // Contacts last: merchants have a phone too.
        let kinds = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Contacts);
        let Some(kind) = kinds.chain([Kind::Contacts]).find(is_there) else {
            let takes = Kind::ALL.map(|kind| format!("\n    {}", kind.takes()));
            return Err(format!(
                "the first line does not say what the file holds; it has the names of its \
                 columns, in any order, those in brackets if there are any:{}",
                takes.concat()
            ));
        };
        Self::of(kind, written).map_err(|wrong| {
            let wrong = wrong.join("; ");
            format!("the first line: {wrong}\n    {}", kind.takes())
        })
    }

    fn of(kind: Kind, written: Vec<String>) -> Result<Self, Vec<String>> {
        let (mut columns, mut wrong) = (Vec::new(), Vec::new());
        let mut seen = BTreeSet::new();
        for (at, text) in (1..).zip(written) {
            match kind.column(&text) {
                Some(column) if seen.insert(column.name) => columns.push((column.name, text)),
                Some(column) => wrong.push(format!("`{}` is there twice", column.name)),
                // What stands there instead of a name may be somebody's.
                None => wrong.push(format!("column {at} has a name that is not taken")),
            }
        }
        for column in kind.columns().iter().filter(|column| column.needed) {
            if !seen.contains(column.name) {
                wrong.push(format!("`{}` is missing", column.name));
            }
        }
        if wrong.is_empty() {
            Ok(Self { kind, columns })
        } else {
            Err(wrong)
        }
    }

    pub(super) const fn kind(&self) -> Kind {
        self.kind
    }

    /// How many columns there are.
    pub(super) const fn len(&self) -> usize {
        self.columns.len()
    }

    /// Where a column is, and as it is written there.
    pub(super) fn find(&self, name: &str) -> Option<(usize, &str)> {
        let at = self.columns.iter().position(|(known, _)| *known == name)?;
        let (_, written) = self.columns.get(at)?;
        Some((at, written))
    }
}
