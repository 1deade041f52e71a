//! Names to call users by in comments: `@ada@example.com`, or `@ada` for whoever was first to have
//! `ada` before the `@` of the address.

use domain::{EmailAddress, UserId};
use eventstore::Claim;
use uuid::Uuid;

use crate::CommandError;
use crate::core::Commands;

const HANDLE: &str = "user.handle";
/// More than these in one comment are left as text.
const MAX_MENTIONS: usize = 20;

impl Commands {
    /// The claim on what stands before the `@`, if `user` holds it or nobody does.
    pub(crate) async fn free_handle(
        &self,
        email: &EmailAddress,
        user: Uuid,
    ) -> Result<Option<Claim>, CommandError> {
        let claim = self.handle_claim(email);
        let owner = self.store.claim_owner(&claim).await?;
        Ok(owner.is_none_or(|owner| owner == user).then_some(claim))
    }

    pub(crate) fn handle_claim(&self, email: &EmailAddress) -> Claim {
        let identity = email.identity();
        let local = identity.rsplit_once('@').map_or(identity.as_str(), |(local, _)| local);
        self.store.secrets().claim(HANDLE, local)
    }

    /// The users a text calls upon, each once, in order. A name that nobody goes by is just text.
    pub(crate) async fn mentioned(&self, text: &str) -> Result<Vec<UserId>, CommandError> {
        let mut found = Vec::new();
        for name in names(text) {
            let user = if name.contains('@') {
                self.user_by_email(&name).await?
            } else {
                let claim = self.store.secrets().claim(HANDLE, &name.to_lowercase());
                self.store.claim_owner(&claim).await?.map(UserId)
            };
            if let Some(user) = user
                && !found.contains(&user)
            {
                found.push(user);
            }
        }
        Ok(found)
    }
}

/// What stands behind each `@` that begins a word, each once.
fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut before = ' ';
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        before = rest[..at].chars().next_back().unwrap_or(before);
        let after = &rest[at + 1..];
        let end = after.find(|c: char| !is_name(c)).unwrap_or(after.len());
        let name = after[..end].trim_end_matches(['.', '-', '@']);
        let begins_word = !is_name(before);
        if begins_word && !name.is_empty() && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
            if names.len() == MAX_MENTIONS {
                break;
            }
        }
        before = if end > 0 { 'x' } else { '@' };
        rest = &after[end..];
    }
    names
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '@' | '\'')
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_begin_a_word() {
        assert_eq!(names("@ada and (@bob.b), please"), ["ada", "bob.b"]);
        assert_eq!(names("ask @ada@example.com."), ["ada@example.com"]);
        assert_eq!(names("write to ada@example.com"), Vec::<String>::new());
        assert_eq!(names("@ada @ada"), ["ada"]);
        assert_eq!(names("@ @@ a@"), Vec::<String>::new());
        assert_eq!(names("请 @王伟 看一下"), ["王伟"]);
    }
}
