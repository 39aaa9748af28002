//! 4: attempts are never lost. It would be broken by counting after the answer, in another
//! transaction, or in memory; by clearing for anything but a right password.

use tillkey_rules::attempts::Scope;

use crate::world::World;

impl World {
    /// The database knows of every attempt that was answered.
    pub(crate) fn hold_attempts(&self) -> Result<(), String> {
        let now = self.now();
        for (scope, who) in self.model.all_attempts() {
            let answered = self.model.attempts(scope, who, now);
            let since = (now - scope.window()).as_millisecond();
            let (till, number) = who;
            let subject = format!("{}/{number:02}", self.tills[till].enrolled.id);
            let counted: u32 = self.sight.one(
                "SELECT COALESCE(SUM(count), 0) FROM attempts \
                 WHERE scope = ?1 AND subject = ?2 AND last_at > ?3",
                (scope.name(), subject, since),
            );
            if counted < answered {
                return Err(format!(
                    "{answered} attempts of {who:?} were answered ({}), and {counted} are counted",
                    scope.name()
                ));
            }
            let is_limited = !matches!(scope, Scope::SignOn);
            if is_limited && counted > scope.limit() + 40 {
                return Err(format!("{who:?} goes on trying: {counted}"));
            }
        }
        Ok(())
    }
}
