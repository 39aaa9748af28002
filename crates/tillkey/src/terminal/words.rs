//! Every word on the screen, in both languages side by side, so that neither can be
//! forgotten. `{operator}`, `{left}`, `{digits}`, `{code}`, `{part}`, `{parts}`,
//! `{amount}`, `{count}` and `{terminal}` are filled in.

use std::fmt;
use std::str::FromStr;

use tillkey_terminal::Activity;
use tillkey_terminal::wire::ids::RefusalCode;
use tillkey_terminal::wire::password::Rule;

use super::entry::Name;

/// A language of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// Simplified Chinese.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// Every language.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// The other one.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Chinese => Self::English,
            Self::English => Self::Chinese,
        }
    }

    /// The language of a locale such as `en_US.UTF-8`; a till that was told nothing
    /// speaks Chinese.
    pub(crate) fn of_locale(locale: &str) -> Self {
        if locale.starts_with("en") {
            Self::English
        } else {
            Self::Chinese
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        })
    }
}

impl FromStr for Language {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "zh-CN" => Ok(Self::Chinese),
            "en" => Ok(Self::English),
            _ => Err("zh-CN or en is expected"),
        }
    }
}

/// Declares the words: a name, the Chinese, the English.
macro_rules! words {
    ($($name:ident: $chinese:literal, $english:literal;)*) => {
        /// One thing that the screen says.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Word { $($name),* }

        impl Word {
            /// Every word.
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),*];

            /// In a language, with places still to be filled in.
            pub(crate) const fn raw(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::Chinese) => $chinese,
                      (Self::$name, Language::English) => $english,)*
                }
            }
        }
    };
}

words! {
    // The status line.
    Terminal: "终端", "Terminal";
    Merchant: "商户", "Merchant";
    Operator: "操作员", "Operator";
    NotEnrolled: "未登记的终端", "Not enrolled";
    NobodySignedOn: "未签到", "Signed off";
    Online: "已联机", "Online";
    Connecting: "联机中", "Connecting";
    Offline: "未联机", "Offline";

    // Keys.
    KeyConfirm: "确认", "OK";
    KeyCorrect: "更正", "Correct";
    KeyCancel: "取消", "Cancel";
    KeyCode: "重置码", "Reset code";
    KeyLanguage: "English", "中文";
    KeyNumber: "核验码", "Check number";
    KeyLeave: "关机", "Off";
    KeyScroll: "翻看", "Scroll";
    KeyForgotten: "忘记密码", "Forgotten";
    KeyChoose: "选择", "Choose";

    // Titles.
    TitleEnrol: "终端登记", "Enrol this terminal";
    TitleSignOn: "操作员签到", "Operator sign-on";
    TitleMenu: "主菜单", "Main menu";
    TitleCode: "输入重置码", "Enter a reset code";
    TitleNumber: "终端核验码", "Check number";
    TitleChoose: "设置新密码", "Choose a new password";
    TitleWait: "请稍候", "Please wait";
    TitleDone: "提示", "Notice";
    TitleSale: "消费", "Sale";
    TitleRefund: "退货", "Refund";
    TitleVoid: "撤销", "Void";
    TitleConfirm: "主管确认", "Supervisor's confirmation";
    TitleDip: "请插卡", "Dip the card";
    TitleSettle: "结算", "Settle";
    TitleReceipt: "交易成功", "Done";
    TitleJournal: "流水", "Journal";
    TitleForgotten: "忘记密码", "Forgotten password";
    TitleCashiers: "操作员管理", "Cashiers";
    TitleAddCashier: "新增收银员", "Add a cashier";
    TitleSure: "请确认", "Are you sure?";
    TitleHandOver: "请交给收银员", "Hand the keypad over";

    // Fields.
    FieldServer: "服务地址", "Server";
    FieldSerialNumber: "终端序列号", "Serial number";
    FieldEnrolmentCode: "登记码", "Enrolment code";
    FieldOperator: "操作员号", "Operator";
    FieldPassword: "密码", "Password";
    FieldResetCode: "重置码", "Reset code";
    FieldAnswer: "应答码", "Answer";
    FieldNewPassword: "新密码", "New password";
    FieldAgain: "再次输入", "Once more";
    FieldAmount: "金额（元）", "Amount in CNY";
    FieldEntry: "原流水号", "Number of the sale";

    // What a screen is for.
    HintEnrol: "请输入收单机构提供的一次性登记码。", "Enter the one-time enrolment code from your bank.";
    HintSignOn: "请输入两位操作员号，按确认，再输入密码。", "Enter the two-digit operator number, press OK, then the password.";
    HintSignOnOffline: "现在没有网络，仍可照常签到。忘记密码请按 F1。", "No network now: signing on works as always. Password forgotten? Press F1.";
    HintCode: "重置码已发送到商户登记的联系方式，共 8 位数字，只能使用一次。", "The code went to the merchant's registered contact: 8 digits, good for one use.";
    HintCodeShown: "操作员 {operator} 的首个密码，请输入屏幕上的重置码：", "First password of operator {operator}. Type the code shown here:";
    HintCodeLeft: "有效时间还剩 {left}", "Valid for another {left}";
    HintChoose: "为操作员 {operator} 设置，剩余 {left}", "For operator {operator}, {left} left";
    MenuSignedOn: "操作员 {operator} 已签到。", "Operator {operator} is signed on.";
    MenuCode: "输入重置码", "Enter a reset code";
    MenuSignOff: "签退", "Sign off";
    MenuNumber: "显示终端核验码", "Show a check number";
    MenuForgotten: "忘记密码", "Forgotten password";
    MenuCashiers: "操作员管理", "Manage cashiers";
    MenuSale: "消费", "Sale";
    MenuVoid: "撤销", "Void a sale";
    MenuRefund: "退货", "Refund";
    MenuSettle: "结算", "Settle the batch";
    MenuJournal: "流水", "Journal";
    OfferFirst: "操作员 {operator} 还没有密码。按确认键设置首个密码。", "Operator {operator} has no password yet. Press OK to set the first one.";

    OfferFirstOffline: "操作员 {operator} 还没有密码。现在没有网络：请主管在「操作员管理」里设置，或按确认键打电话办理。", "Operator {operator} has no password yet, and there is no network. Ask the supervisor to set one, or press OK to do it by telephone.";

    // A password that was forgotten without a network.
    HintForgotten: "现在没有网络，可以打电话重置密码。请输入两位操作员号。", "There is no network: the password can be reset by telephone. Enter the two-digit operator number.";
    HintChallenge: "请拨打收单机构客服，报终端号 {terminal}、操作员 {operator} 和这 8 位数字：", "Call your bank. Say terminal {terminal}, operator {operator}, and these 8 digits:";
    HintAnswer: "客服核实后，会告诉您或发短信给您 8 位应答码。请在 {left} 内输入。", "Once they have checked, they tell or text you an 8-digit answer. Enter it within {left}.";
    AnswerWrong: "应答码不正确，还可以试 {part} 次。", "The answer is wrong. Tries left: {part}.";
    AnswersUsedUp: "应答码多次不正确，刚才的数字已作废。请重新获取。", "Too many wrong answers: those digits are void. Start again.";
    AnswerTooLate: "刚才的数字已过期。请重新获取。", "Those digits are out of date. Start again.";
    AnswerIsNot: "应答码为 8 位数字。", "An answer has 8 digits.";
    ChallengeNotYet: "本终端还不能电话重置，联网一次后即可使用。", "This terminal cannot do that yet. Connect it once, then try again.";
    WaitChallenging: "正在生成数字", "Preparing the digits ...";
    WaitAnswering: "正在核对应答码", "Checking the answer ...";
    InForceOffline: "操作员 {operator} 的新密码已生效（待联网登记），请用新密码签到。", "The new password of operator {operator} works now, and will be registered when there is a network. Sign on with it.";
    OfflinePasswordRefused: "操作员 {operator} 在没有网络时设置的密码未被收单机构认可，已停用。请拨打收单机构客服。", "The bank does not accept the password that operator {operator} set without a network. It no longer works. Call your bank.";
    OfflinePasswordRefusedShort: "操作员 {operator} 新密码未获认可，请联系客服", "Operator {operator}: password void. Call bank";
    HeldUntilLink: "密码错误次数过多，联网前不能再试。忘记密码请按 F1。", "Too many wrong passwords: no more tries until there is a network. Forgotten? Press F1.";
    NoPasswordHere: "没有网络，本终端不能核对该操作员的密码。请联网后再签到。", "Without a network this terminal cannot check that operator's password. Sign on when it is back.";
    RulesChanged: "密码要求已更新，原来的新密码不再符合。请重新设置。", "The rules for passwords have changed, and yours no longer fits. Choose another.";

    // The supervisor's cashiers.
    HintAddCashier: "请输入新收银员的操作员号（01 至 98）。", "Enter the new cashier's operator number (01 to 98).";
    NoCashiers: "还没有收银员。", "No cashiers yet.";
    CashierAdd: "新增", "Add";
    CashierReset: "重置密码", "Reset the password";
    CashierRemove: "删除", "Remove";
    StateSet: "密码正常", "password set";
    StateNone: "未设密码", "no password";
    StateOffline: "密码待联网登记", "to be registered";
    StateNew: "新增，待联网上报", "new, bank not told";
    StateSignedOn: "已签到", "signed on";
    SureReset: "为收银员 {operator} 重置密码。请收银员本人到场，按确认继续。", "Reset the password of cashier {operator}. The cashier has to be here. Press OK to go on.";
    SureRemove: "删除收银员 {operator}？密码立即停用并签退，正在进行的交易会先完成。按确认删除。", "Remove cashier {operator}? The password stops working and the session ends, after the sale that is under way. Press OK to remove.";
    HandOver: "请把键盘交给收银员 {operator}。请收银员本人按确认，再输入新密码，不要让别人看到。", "Hand the keypad to cashier {operator}. The cashier presses OK and types a new password that nobody else sees.";
    HandOverSignsOff: "按确认后主管自动签退，剩余 {left}。", "OK signs the supervisor off. {left} left.";
    WaitManaging: "正在处理", "One moment ...";
    WaitPermitting: "正在等待收单机构同意收银员 {operator} 设置新密码", "Waiting for the bank to let cashier {operator} choose a password ...";
    CashierRemoved: "收银员 {operator} 已删除。", "Cashier {operator} is removed.";
    NotACashier: "{operator} 不是收银员号，请用 01 至 98。", "{operator} is no cashier's number: 01 to 98.";
    AlreadyThere: "操作员 {operator} 已存在。", "Operator {operator} is there already.";
    NoSuchOperator: "本终端没有这个操作员。", "This terminal has no such operator.";
    TooMuchToTell: "待上报的操作太多，请联网后再试。", "Too much waits to be told to the bank. Connect first.";
    SignOnAgain: "主管 {operator} 签到已久，为安全请重新签到。", "Supervisor {operator}, sign on again: your sign-on is too old for this.";
    AddingRefused: "新增收银员 {operator} 未获同意，已撤销", "Adding {operator} was refused, and undone";
    RemovingRefused: "删除收银员 {operator} 未获同意，将恢复", "Removing {operator} was refused";
    ResetRefused: "重置收银员 {operator} 未获同意（{code}）", "Reset of {operator} was refused ({code})";

    // Taking money.
    HintSale: "输入金额，按确认，再插卡。", "Type the amount, press OK, then dip the card.";
    HintRefund: "输入退货金额，按确认，再插卡。需主管确认。", "Type the amount, press OK, then dip the card. The supervisor confirms it.";
    HintVoid: "输入本批次内要撤销的消费流水号。需主管确认。", "Type the number of a sale of this batch. The supervisor confirms it.";
    HintConfirmVoid: "撤销第 {count} 笔，{amount} 元。请主管 {operator} 输入密码。", "Void number {count}, CNY {amount}. Supervisor {operator}, enter your password.";
    HintConfirmRefund: "退货 {amount} 元。请主管 {operator} 输入密码。", "Refund CNY {amount}. Supervisor {operator}, enter your password.";
    HintDip: "金额 {amount} 元。按数字键插入一张演示卡：", "CNY {amount}. A digit dips one of these made-up cards:";
    CardBad: "读不出的卡", "a card that reads badly";
    CardUnreadable: "卡号读取有误，请重新插卡。", "The card could not be read. Dip it again.";
    HintSettle: "第 {count} 批次。按确认结算，结算后开始新批次。", "Batch {count}. OK settles it, and the next one begins.";
    NothingToSettle: "本批次没有交易，不需要结算。", "Nothing in this batch to settle.";
    NoEntries: "本批次还没有交易。", "No transactions in this batch yet.";
    BatchLine: "第 {count} 批次，净额 {amount} 元", "Batch {count}, net CNY {amount}";
    KindSale: "消费", "Sale";
    KindRefund: "退货", "Refund";
    KindVoid: "撤销", "Void";
    KindVoided: "已撤销", "Voided";
    KindSettlement: "结算", "Settlement";
    LineAmount: "金额", "Amount";
    LineCard: "卡号", "Card";
    LineEntry: "流水号", "Number";
    LineVoided: "原流水号", "Voids number";
    LineBatch: "批次号", "Batch";
    LineConfirmed: "主管", "Supervisor";
    LineTime: "时间", "Time";
    LineSales: "消费", "Sales";
    LineRefunds: "退货", "Refunds";
    LineVoids: "撤销", "Voids";
    LineNet: "净额", "Net";
    WaitSupervisor: "主管 {operator} 正在确认", "Supervisor {operator} confirms ...";
    WaitRecording: "正在记账", "Recording ...";
    PaymentGivenUp: "长时间未操作，交易已取消", "Nothing was typed: transaction given up";
    NotKept: "存储空间不足，交易没有进行", "Storage is full: nothing was taken";
    BatchFull: "本批次已满，请先结算", "The batch is full: settle it first";
    NoSuchSale: "本批次没有这笔消费，或已撤销。", "No such sale in this batch, or voided already.";
    AmountIsNot: "请输入 0.01 至 10,000,000.00 元的金额。", "An amount is CNY 0.01 to 10,000,000.00.";
    EntryIsNot: "请输入流水号。", "Enter the number of the sale.";

    // Backups.
    BackingUp: "正在备份 {part}/{parts}", "Backing up {part}/{parts}";
    BackedUp: "交易记录已备份", "The journal is backed up";
    Restoring: "正在恢复 {part}/{parts}", "Restoring {part}/{parts}";
    Restored: "交易记录已恢复，共 {part} 笔", "Journal restored: {part} entries";
    RestoreNotEmpty: "终端已有新交易，未恢复备份", "Not restored: this terminal has new entries";
    RestoreFailed: "备份未能恢复，请联系收单机构", "The backup was not restored. Call your bank";

    // The number that proves the terminal in hand.
    NumberFor: "收单机构要确认终端在您手上，用于重置操作员 {operator} 的密码。请把这 6 位数字读给客服：", "To reset the password of operator {operator}, your bank checks that you hold this terminal. Read it these 6 digits:";
    NumberForCall: "通话中客服要求时，请把这 6 位数字读给客服：", "When the bank asks for it on the phone, read it these 6 digits:";
    NumberWarning: "只读给您自己拨打的收单机构客服。别人打来的电话，请挂断，不要读。", "Read it only to the bank you called yourself. If somebody called you, hang up.";
    NumberLeft: "只能用一次，{left} 后自动关闭", "Good for one use; closes in {left}";
    NumberAsked: "收单机构需要终端核验码，完成后按 F3", "Check number wanted: finish, then F3";
    NumberNotYet: "本终端还没有核验码，联机一次后即可使用。", "This terminal has no check numbers yet. Connect it once, then try again.";

    // Rules for a new password.
    RuleDigits: "只能用数字", "digits only";
    RuleLength: "{digits} 至 12 位数字", "{digits} to 12 digits";
    RuleSequence: "不能是连号（如 123456）", "no run, such as 123456";
    RuleRepeat: "不能是重复数字（如 121212）", "no repeats, such as 121212";
    RulePublished: "不能是常见密码或日期", "no well-known default, no date";
    RuleSerialNumber: "不能取自终端序列号", "no part of the serial number";
    RuleTerminalNumber: "不能取自终端号", "no part of the terminal number";
    RuleLastFour: "不能是最近用过的 4 个密码", "none of your last four";
    RulesBroken: "新密码不符合标「!」的要求，请换一个。", "The password breaks the rules marked with !. Choose another.";
    NotTheSame: "两次输入不一致，请重新设置。", "The two are not the same. Type both again.";

    // Waiting.
    WaitEnrolling: "正在登记终端", "Enrolling this terminal ...";
    WaitSigningOn: "操作员 {operator} 正在签到", "Signing on operator {operator} ...";
    WaitAsking: "正在为操作员 {operator} 申请重置码", "Asking for a code for operator {operator} ...";
    WaitRedeeming: "正在核对重置码", "Checking the reset code ...";
    WaitRegistering: "正在登记新密码", "Registering the new password ...";
    WaitNumbering: "正在准备核验码", "Preparing a check number ...";
    WaitConfirming: "新密码已发送，等待收单机构确认。确认前原密码（如有）仍然有效。", "The new password is sent and waits for the bank's word. Until then the old one, if any, still works.";
    WaitForLink: "未联机，联机后自动继续。", "Offline. This goes on by itself when the link is back.";

    // What came of it.
    EnrolledDone: "终端登记成功，可以签到。", "This terminal is enrolled. Operators can sign on.";
    EffectiveDone: "操作员 {operator} 的新密码已生效，请用新密码签到。", "The new password of operator {operator} works now. Sign on with it.";
    EffectiveElsewhere: "操作员 {operator} 的新密码已生效", "New password of operator {operator} works now";
    CodeIssued: "操作员 {operator} 有重置码，按 F1 输入", "Code for operator {operator}: press F1";
    Revoked: "操作员 {operator} 的密码已停用", "Password of operator {operator} is revoked";
    SignedOff: "操作员 {operator} 已签退。", "Operator {operator} is signed off.";
    SessionEnded: "操作员 {operator} 的签到已被收单机构结束，请重新签到。", "The bank ended the session of operator {operator}. Sign on again.";
    ResetGivenUp: "没有设置新密码，原密码（如有）不变。", "No new password was set. The old one, if any, is unchanged.";

    // What went wrong.
    WrongPassword: "密码不正确，请重新输入。", "Wrong password. Try again.";
    Interrupted: "签到中断，请重新输入密码。", "The sign-on was interrupted. Enter the password again.";
    NeedsLink: "未联机，暂时不能办理。已输入的号码保留，密码已清除。", "Offline: not possible now. Numbers are kept, passwords were cleared.";
    IdleWiped: "长时间未操作，已清除输入的密码。", "The password was cleared because nothing was typed.";
    NotPossible: "现在不能做这一步，请重新开始。", "This step is not possible now. Start again.";
    ServerIsNot: "服务地址应为 http://主机:端口。", "The server is written http://host:port.";
    SerialNumberIsNot: "序列号为 6 至 32 位数字、大写字母或连字符。", "A serial number has 6 to 32 digits, capitals or hyphens.";
    EnrolmentCodeIsNot: "登记码为 12 位，不含 I、L、O、U。", "An enrolment code has 12 characters, none of I, L, O, U.";
    OperatorIsNot: "操作员号为 2 位数字。", "An operator number has 2 digits.";
    ResetCodeIsNot: "重置码为 8 位数字。", "A reset code has 8 digits.";
    PasswordIsNot: "请输入密码。", "Enter the password.";
    StorageFailed: "终端存储出错，请重新启动。已生效的密码不受影响。", "The terminal's storage failed. Start it again; passwords in force are not affected.";
    StateLost: "终端数据无法读取，请用新的登记码重新登记。", "The terminal's data cannot be read. Enrol it again with a new code.";

    // What the server refused.
    EnrolmentRefused: "登记未被接受，请核对登记码和序列号。", "Not accepted. Check the enrolment code and the serial number.";
    EnrolmentLater: "登记暂未被接受，{left} 后自动重试。", "Not accepted for now. It is tried again in {left}.";
    NotServedTerminal: "收单机构暂不受理本终端（{code}）", "The bank does not serve this terminal ({code})";
    TooMany: "尝试次数过多，请在 {left} 后再试，或联系收单机构重置密码。", "Too many attempts. Try again in {left}, or ask the bank for a reset.";
    TooManyNow: "尝试次数过多，现在可以再试一次。", "Too many attempts. You may try again now.";
    CodeNotMatched: "重置码不正确或已失效，请核对操作员号和重置码。", "The code is wrong or no longer valid. Check operator and code.";
    SignOnNotMatched: "签到未通过，请重新输入密码。", "The sign-on did not succeed. Enter the password again.";
    NotServed: "该操作员目前不能办理，请联系收单机构。", "This operator cannot be served now. Call your bank.";
    Dormant: "该操作员长期未签到，已停用，请申请重置密码。", "Not used for long: this operator is at rest. Request a reset.";
    RenewalDue: "原密码已停用，请申请重置，设置新密码。", "The old password no longer works. Request a reset.";
    PasswordAlreadySet: "该操作员已有密码，如忘记请申请重置。", "This operator has a password. If it is forgotten, request a reset.";
    WaitsForReview: "需先由收单机构审核，通过后会发送重置码。", "The bank has to approve this first. A code will follow.";
    CaseOver: "本次重置申请已结束，请重新申请。", "This reset is over. Request a new one.";
    CodesUsedUp: "本次申请的重置码已用完，请重新申请。", "No more codes for this request. Start a new one.";
    NotPrepared: "需先备份终端数据，请稍后再试。", "The terminal has to be backed up first. Try again later.";
    RefusedOther: "收单机构未受理（{code}），请稍后再试或联系收单机构。", "The bank said no ({code}). Try later, or call your bank.";
}

/// What is filled into a word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filled {
    pub(crate) operator: String,
    pub(crate) left: String,
    pub(crate) digits: String,
    pub(crate) code: String,
    pub(crate) part: String,
    pub(crate) parts: String,
    pub(crate) amount: String,
    pub(crate) count: String,
    pub(crate) terminal: String,
}

impl Word {
    /// In a language, with its places filled in.
    pub(crate) fn say(self, language: Language, filled: &Filled) -> String {
        self.raw(language)
            .replace("{operator}", &filled.operator)
            .replace("{left}", &filled.left)
            .replace("{digits}", &filled.digits)
            .replace("{code}", &filled.code)
            .replace("{part}", &filled.part)
            .replace("{parts}", &filled.parts)
            .replace("{amount}", &filled.amount)
            .replace("{count}", &filled.count)
            .replace("{terminal}", &filled.terminal)
    }

    /// What to say of a refusal.
    pub(crate) fn of_refusal(activity: Activity, code: &RefusalCode) -> Self {
        match (code.as_str(), activity) {
            (_, Activity::Connect) => Self::NotServedTerminal,
            ("too_many", _) => Self::TooMany,
            ("not_matched", Activity::Redeem) => Self::CodeNotMatched,
            ("not_matched", Activity::SignOn) => Self::SignOnNotMatched,
            ("not_served", _) => Self::NotServed,
            ("dormant", _) => Self::Dormant,
            ("renewal_due", _) => Self::RenewalDue,
            ("password_already_set", _) => Self::PasswordAlreadySet,
            ("waits_for_review", _) => Self::WaitsForReview,
            ("case_closed" | "facts_changed", _) => Self::CaseOver,
            ("codes_used_up", _) => Self::CodesUsedUp,
            ("not_prepared", _) => Self::NotPrepared,
            _ => Self::RefusedOther,
        }
    }

    /// What a rule asks.
    pub(crate) const fn of_rule(rule: Rule) -> Self {
        match rule {
            Rule::Digits => Self::RuleDigits,
            Rule::Length => Self::RuleLength,
            Rule::Sequence => Self::RuleSequence,
            Rule::Repeat => Self::RuleRepeat,
            Rule::PublishedDefault => Self::RulePublished,
            Rule::SerialNumber => Self::RuleSerialNumber,
            Rule::TerminalNumber => Self::RuleTerminalNumber,
            Rule::LastFour => Self::RuleLastFour,
        }
    }

    /// What stands before a field.
    pub(crate) const fn of_field(name: Name) -> Self {
        match name {
            Name::Server => Self::FieldServer,
            Name::SerialNumber => Self::FieldSerialNumber,
            Name::EnrolmentCode => Self::FieldEnrolmentCode,
            Name::Operator => Self::FieldOperator,
            Name::Password => Self::FieldPassword,
            Name::ResetCode => Self::FieldResetCode,
            Name::Answer => Self::FieldAnswer,
            Name::NewPassword => Self::FieldNewPassword,
            Name::Again => Self::FieldAgain,
            Name::Amount => Self::FieldAmount,
            Name::Entry => Self::FieldEntry,
        }
    }

    /// What to say of a field that is not complete.
    pub(crate) const fn of_incomplete(name: Name) -> Self {
        match name {
            Name::Server => Self::ServerIsNot,
            Name::SerialNumber => Self::SerialNumberIsNot,
            Name::EnrolmentCode => Self::EnrolmentCodeIsNot,
            Name::Operator => Self::OperatorIsNot,
            Name::ResetCode => Self::ResetCodeIsNot,
            Name::Answer => Self::AnswerIsNot,
            Name::Password | Name::NewPassword | Name::Again => Self::PasswordIsNot,
            Name::Amount => Self::AmountIsNot,
            Name::Entry => Self::EntryIsNot,
        }
    }
}
