//! What a finding says, and what to do about it, in both languages.
//!
//! Beside the findings and not in the word files of the pages, as with refusals: the
//! pages, the desk and the API say the same sentence. `{at}`, `{until}` and the other
//! details are filled in by whoever shows it.

use super::Finding;

/// One text in the two languages of the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// Chinese, as in China.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

/// A finding in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// What is the matter.
    pub says: Words,
    /// What to do.
    pub advice: Words,
}

const fn words(zh: &'static str, en: &'static str) -> Words {
    Words { zh, en }
}

const fn told(says: Words, advice: Words) -> Told {
    Told { says, advice }
}

/// What helps wherever a reset has ended and the password did not change.
const ASK_AGAIN: Words = words(
    "仍需重置的，请重新申请。",
    "Request a reset again if one is still needed.",
);

impl Finding {
    /// The finding in words.
    pub const fn told(&self) -> Told {
        match self {
            Self::MerchantSuspended
            | Self::MerchantClosed
            | Self::TerminalNotInService
            | Self::TerminalNotEnrolled
            | Self::TerminalOffline { .. }
            | Self::TerminalNeverSeen
            | Self::ClockAhead { .. }
            | Self::ClockBehind { .. } => self.told_of_the_place(),
            Self::CaseUnproven { .. }
            | Self::CaseInReview { .. }
            | Self::CodeNotSent
            | Self::CodeNotTyped { .. }
            | Self::CodeOver
            | Self::CodesUsedUp
            | Self::PasswordNotChosen { .. }
            | Self::CodeEntryHeld { .. } => self.told_of_an_open_case(),
            Self::CaseRefused { .. }
            | Self::CaseCancelled { .. }
            | Self::CaseExpired { .. }
            | Self::CaseVoid { .. } => self.told_of_a_closed_case(),
            _ => self.told_of_the_account(),
        }
    }

    const fn told_of_the_place(&self) -> Told {
        match self {
            Self::MerchantSuspended => told(
                words(
                    "该商户已被暂停服务，所有操作员都不能签到。",
                    "The merchant is suspended: no operator can sign on.",
                ),
                words(
                    "请联系收单机构，问清原因和恢复办法。",
                    "Call your bank and ask why, and what ends it.",
                ),
            ),
            Self::MerchantClosed => told(
                words(
                    "该商户已注销，不能再签到。",
                    "The merchant is closed: nobody can sign on any more.",
                ),
                words(
                    "如有疑问，请联系收单机构。",
                    "Call your bank if this is not right.",
                ),
            ),
            Self::TerminalNotInService => told(
                words(
                    "这台终端已停用，或者已换给其他商户。",
                    "This terminal is out of service or belongs to another merchant now.",
                ),
                words(
                    "请改用在用的终端；如有疑问，请联系收单机构。",
                    "Use a terminal that is in service, or call your bank.",
                ),
            ),
            Self::TerminalNotEnrolled => told(
                words(
                    "这台终端还没有登记，不能签到。",
                    "This terminal is not enrolled, so nobody can sign on.",
                ),
                words(
                    "请在终端上输入收单机构提供的登记码。",
                    "Type the enrolment code from your bank on the terminal.",
                ),
            ),
            Self::TerminalOffline { .. } => told(
                words(
                    "终端现在没有联机，上次联机是 {seen_at}。签到需要联机。",
                    "The terminal is offline; it was last heard at {seen_at}. Signing on needs the link.",
                ),
                words(
                    "请检查网线、无线网络或流量卡，等终端屏幕显示“已联机”再签到。",
                    "Check the cable, the Wi-Fi or the SIM card, and sign on once the screen says it is online.",
                ),
            ),
            Self::TerminalNeverSeen => told(
                words(
                    "终端登记以后还没有联机过。签到需要联机。",
                    "The terminal has not been online since it was enrolled. Signing on needs the link.",
                ),
                words(
                    "请检查网线、无线网络或流量卡，等终端屏幕显示“已联机”再签到。",
                    "Check the cable, the Wi-Fi or the SIM card, and sign on once the screen says it is online.",
                ),
            ),
            Self::ClockAhead { .. } => told(
                words(
                    "据终端上报，它的时间快了约 {minutes} 分钟。",
                    "By its own report the terminal's clock is about {minutes} minutes fast.",
                ),
                words(
                    "不影响签到；请在终端设置里校准时间，以免单据日期出错。",
                    "Signing on works all the same; set the clock, or receipts carry a wrong time.",
                ),
            ),
            _ => told(
                words(
                    "据终端上报，它的时间慢了约 {minutes} 分钟。",
                    "By its own report the terminal's clock is about {minutes} minutes slow.",
                ),
                words(
                    "不影响签到；请在终端设置里校准时间，以免单据日期出错。",
                    "Signing on works all the same; set the clock, or receipts carry a wrong time.",
                ),
            ),
        }
    }

    const fn told_of_the_account(&self) -> Told {
        match self {
            Self::OperatorUnknown => told(
                words(
                    "这台终端上没有这个操作员号。",
                    "No operator has this number on this terminal.",
                ),
                words(
                    "请核对操作员号和终端编号，是不是输成了别的号，或者拿错了终端。",
                    "Check both numbers: perhaps another operator, or another terminal, is meant.",
                ),
            ),
            Self::OperatorRemoved { .. } => told(
                words(
                    "这个操作员号已于 {at} 从这台终端删除。",
                    "This operator was removed from the terminal at {at}.",
                ),
                words(
                    "请换用在用的操作员号；需要恢复的，请商户管理员办理。",
                    "Use another operator number, or ask the merchant's manager to add it again.",
                ),
            ),
            Self::OperatorDormant { .. } => told(
                words(
                    "这个操作员长期没有签到，已于 {at} 停用。",
                    "This operator had not signed on for long and was put to rest at {at}.",
                ),
                words(
                    "人还在用这个号的，请申请重置，设置新密码后即可签到；不再用的，请删除。",
                    "If the number is still needed, request a reset: a new password wakes it. If not, remove it.",
                ),
            ),
            Self::RenewalDue { .. } => told(
                words(
                    "收单机构要求更换密码，到期未换，原密码已于 {at} 停用。",
                    "The bank asked for a new password, and at {at} the old one stopped working.",
                ),
                words(
                    "请申请重置，设置新密码后即可签到。",
                    "Request a reset: with a new password you can sign on again.",
                ),
            ),
            Self::NoPasswordYet => told(
                words(
                    "这个操作员还没有设置过密码。",
                    "This operator has never had a password.",
                ),
                words(
                    "请在终端签到界面输入操作员号，按确认键，照提示设置首个密码。",
                    "On the terminal's sign-on screen, type the operator number, press OK and set the first password as prompted.",
                ),
            ),
            Self::PasswordLapsed { .. } => told(
                words(
                    "原来的密码到 {at} 为止，已经不能再用。",
                    "The old password ended at {at} and no longer works.",
                ),
                words(
                    "请用重置码在终端上设置新密码；没有重置码的，请申请重置。",
                    "Set a new one on the terminal with a reset code; request a reset if there is no code.",
                ),
            ),
            Self::PasswordRevoked { .. } => told(
                words(
                    "原来的密码已于 {at} 作废。",
                    "The old password was revoked at {at}.",
                ),
                words(
                    "请用重置码在终端上设置新密码；没有重置码的，请申请重置。",
                    "Set a new one on the terminal with a reset code; request a reset if there is no code.",
                ),
            ),
            Self::SignOnHeld { .. } => told(
                words(
                    "密码连续输错多次，{until} 以前不能签到。",
                    "Too many wrong passwords: sign-on has to wait until {until}.",
                ),
                words(
                    "请到时间再试，不要连续试，每错一次等得更久。想不起密码的，请申请重置。",
                    "Wait until then. Each further miss makes the wait longer. If the password is forgotten, request a reset.",
                ),
            ),
            Self::SignOnsUnfinished { .. } => told(
                words(
                    "24 小时内有 {count} 次签到没有成功，多半是密码输错了。",
                    "{count} sign-ons did not succeed within 24 hours: most likely the password was wrong.",
                ),
                words(
                    "请用最近一次设置的密码，慢慢输入，并核对操作员号。想不起来的，请申请重置。",
                    "Use the password that was chosen last, type it slowly, and check the operator number. If it is forgotten, request a reset.",
                ),
            ),
            Self::PasswordInForce { .. } => told(
                words(
                    "现在有效的是第 {version} 个密码，{since} 起生效，以前的密码都已作废。",
                    "Password number {version} has been in force since {since}; all before it are dead.",
                ),
                words(
                    "请用最近一次在终端上设置的密码签到，不用重启终端。",
                    "Sign on with the password that was chosen last on the terminal. No restart is needed.",
                ),
            ),
            Self::FirstPasswordInForce { .. } => told(
                words(
                    "密码自 {since} 设置以来没有换过。",
                    "The password has not changed since it was set at {since}.",
                ),
                words(
                    "请用当时设置的密码签到，不用重启终端。",
                    "Sign on with that one. No restart is needed.",
                ),
            ),
            Self::PasswordEnds { .. } => told(
                words(
                    "现在的密码只能用到 {until}。",
                    "The present password works only until {until}.",
                ),
                words(
                    "请在此之前用重置码设置新密码。",
                    "Set a new one with a reset code before that.",
                ),
            ),
            Self::SignedOn { .. } => told(
                words(
                    "这个操作员自 {since} 起在这台终端上已签到。",
                    "This operator has been signed on at this terminal since {since}.",
                ),
                words(
                    "终端仍停在签到界面的，请再签到一次。",
                    "If the terminal still shows its sign-on screen, sign on once more.",
                ),
            ),
            _ => told(
                words(
                    "查到的情况都正常。",
                    "Everything that can be seen is in order.",
                ),
                words(
                    "请核对终端编号和操作员号，输入最近一次设置的密码；仍不行的，记下屏幕上的提示，联系收单机构。",
                    "Check the terminal and operator numbers and type the password chosen last. If it still fails, note what the screen says and call your bank.",
                ),
            ),
        }
    }

    const fn told_of_an_open_case(&self) -> Told {
        match self {
            Self::CaseUnproven { .. } => told(
                words(
                    "重置申请还没有完成核验，密码还没有重置。",
                    "A reset was requested but not proven yet, so no password has changed.",
                ),
                words(
                    "请在 {until} 以前完成核验。",
                    "Finish the check before {until}.",
                ),
            ),
            Self::CaseInReview { .. } => told(
                words(
                    "重置申请正在审核，密码还没有重置。",
                    "The reset is under review, so no password has changed.",
                ),
                words(
                    "请等待，最晚 {until} 有结果；通过后，重置码会发到商户登记的手机。",
                    "Wait; there is an answer by {until}. Then a code goes to the registered phone.",
                ),
            ),
            Self::CodeNotSent => told(
                words(
                    "重置申请已通过，但重置码还没有发出：要等终端联机。",
                    "The reset is approved, but its code waits for the terminal to come online.",
                ),
                words(
                    "请让终端开机、联机，重置码会自动发出。",
                    "Switch the terminal on and connect it; the code then goes out by itself.",
                ),
            ),
            Self::CodeNotTyped { .. } => told(
                words(
                    "重置码已经发出，还没有在终端上输入，所以还没有新密码。",
                    "A reset code is out but was not typed on the terminal, so there is no new password yet.",
                ),
                words(
                    "请在 {until} 以前，在终端签到界面选“重置码”，输入登记手机收到的 8 位重置码。",
                    "Before {until}, choose Reset code on the terminal's sign-on screen and type the 8 digits from the registered phone.",
                ),
            ),
            Self::CodeOver => told(
                words(
                    "重置码过了时间，或者输错太多次，已经作废。",
                    "The reset code ran out of time or tries and no longer works.",
                ),
                words(
                    "请在申请页面重新发送重置码，再在终端上输入。",
                    "Have a new code sent from the request's page, and type that on the terminal.",
                ),
            ),
            Self::CodesUsedUp => told(
                words(
                    "这份申请的重置码都已作废，密码还没有重置。",
                    "The request has no codes left, and no password has changed.",
                ),
                words("请重新申请重置。", "Request a reset again."),
            ),
            Self::PasswordNotChosen { .. } => told(
                words(
                    "重置码输对了，新密码还没有设置好。",
                    "The code was right, but no new password has been chosen yet.",
                ),
                words(
                    "请在 {until} 以前，照终端屏幕的提示设置新密码。",
                    "Choose one on the terminal as prompted, before {until}.",
                ),
            ),
            _ => told(
                words(
                    "重置码输错太多次，{until} 以前不能再输入。",
                    "Too many wrong reset codes: the next one has to wait until {until}.",
                ),
                words(
                    "请到时间再输入最新收到的重置码；着急的，请到网点柜台办理。",
                    "Type the newest code after that, or go to a branch counter if it is urgent.",
                ),
            ),
        }
    }

    const fn told_of_a_closed_case(&self) -> Told {
        match self {
            Self::CaseRefused { .. } => told(
                words(
                    "重置申请已于 {at} 被退回，密码没有重置。",
                    "The reset was not approved at {at}; no password has changed.",
                ),
                words(
                    "请联系收单机构的客服热线，或到网点柜台办理。",
                    "Call your bank's merchant hotline or go to a branch counter.",
                ),
            ),
            Self::CaseCancelled { .. } => told(
                words(
                    "重置申请已于 {at} 取消，密码没有重置。",
                    "The reset was cancelled at {at}; no password has changed.",
                ),
                ASK_AGAIN,
            ),
            Self::CaseExpired { .. } => told(
                words(
                    "重置申请已于 {at} 过期，密码没有重置。",
                    "The reset ran out of time at {at}; no password has changed.",
                ),
                ASK_AGAIN,
            ),
            _ => told(
                words(
                    "登记信息有变更，重置申请已于 {at} 终止，密码没有重置。",
                    "Registered details changed and the reset stopped at {at}; no password has changed.",
                ),
                ASK_AGAIN,
            ),
        }
    }
}
