//! Links that expire, for files that Docket delivers itself. Whoever has the link may download, as with a presigned link
//! of S3; so they are short-lived and made for one file and one way of delivery.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::delivery::Disposition;

/// The key links are signed with.
#[derive(Clone)]
pub struct LinkKey([u8; 32]);

/// What a link promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link<'a> {
    /// What is linked to, as it stands in the path: the id of an attachment, or an address.
    pub target: &'a str,
    /// How it is delivered.
    pub disposition: Disposition,
    /// Until when the link is good, in whole seconds.
    pub expires_at: DateTime<Utc>,
}

/// Why a link is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkRefusal {
    /// It was good once.
    #[error("the link has expired")]
    Expired,
    /// It never was: made up, or changed.
    #[error("the link is not genuine")]
    Forged,
}

impl LinkKey {
    /// A key of 32 random bytes, the same in all processes.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The query of a link, without `?`: `disposition=…&expires=…&signature=…`.
    pub fn sign(&self, link: &Link<'_>) -> String {
        let signature = self
            .mac(link)
            .map_or_else(String::new, |mac| BASE64.encode(mac.finalize().into_bytes()));
        let (disposition, expires) = (link.disposition.as_str(), link.expires_at.timestamp());
        format!("disposition={disposition}&expires={expires}&signature={signature}")
    }

    /// Checks the three values of a link's query for this target, and returns how to deliver it.
    ///
    /// # Errors
    /// [`LinkRefusal::Forged`] before [`LinkRefusal::Expired`]: only a genuine link is told that it is too old.
    pub fn verify(
        &self,
        target: &str,
        disposition: &str,
        expires: &str,
        signature: &str,
        now: DateTime<Utc>,
    ) -> Result<Disposition, LinkRefusal> {
        let forged = LinkRefusal::Forged;
        let disposition = Disposition::parse(disposition).ok_or(forged)?;
        let seconds: i64 = expires.parse().map_err(|_| forged)?;
        let expires_at = DateTime::from_timestamp(seconds, 0).ok_or(forged)?;
        if seconds.to_string() != expires {
            return Err(forged);
        }
        let signature = BASE64.decode(signature).map_err(|_| forged)?;
        let mac = self.mac(&Link { target, disposition, expires_at }).ok_or(forged)?;
        mac.verify_slice(&signature).map_err(|_| forged)?;
        if now < expires_at { Ok(disposition) } else { Err(LinkRefusal::Expired) }
    }

    fn mac(&self, link: &Link<'_>) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(b"docket/link/1/");
        mac.update(&link.expires_at.timestamp().to_be_bytes());
        mac.update(link.disposition.as_str().as_bytes());
        mac.update(b"\0");
        mac.update(link.target.as_bytes());
        Some(mac)
    }
}

impl std::fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn values(query: &str) -> Vec<&str> {
        query.split('&').map(|pair| pair.split_once('=').unwrap().1).collect()
    }

    #[test]
    fn a_link_is_good_until_it_expires() {
        let key = LinkKey::new([3; 32]);
        let link = Link { target: "a/1", disposition: Disposition::Inline, expires_at: at(60) };
        let query = key.sign(&link);
        let [disposition, expires, signature] = values(&query)[..] else { panic!("{query}") };
        let verify = |now| key.verify("a/1", disposition, expires, signature, now);
        assert_eq!(verify(at(0)), Ok(Disposition::Inline));
        assert_eq!(verify(at(59)), Ok(Disposition::Inline));
        assert_eq!(verify(at(60)), Err(LinkRefusal::Expired));
    }

    #[test]
    fn a_link_that_was_changed_or_made_up_is_forged() {
        let key = LinkKey::new([3; 32]);
        let link = Link { target: "a/1", disposition: Disposition::Attachment, expires_at: at(60) };
        let query = key.sign(&link);
        let [disposition, expires, signature] = values(&query)[..] else { panic!("{query}") };
        let forged = Err(LinkRefusal::Forged);
        let later = at(6000).timestamp().to_string();
        let padded = format!("+{expires}");
        let mut other = signature.to_owned();
        other.replace_range(3..4, if other[3..].starts_with('A') { "B" } else { "A" });
        assert_eq!(key.verify("a/2", disposition, expires, signature, at(0)), forged);
        assert_eq!(key.verify("a/1", "inline", expires, signature, at(0)), forged);
        assert_eq!(key.verify("a/1", disposition, &later, signature, at(0)), forged);
        assert_eq!(key.verify("a/1", disposition, &padded, signature, at(0)), forged);
        assert_eq!(key.verify("a/1", disposition, expires, &other, at(0)), forged);
        assert_eq!(key.verify("a/1", disposition, expires, "", at(0)), forged);
        assert_eq!(key.verify("a/1", disposition, expires, &signature[..20], at(0)), forged);
        let stranger = LinkKey::new([4; 32]);
        assert_eq!(stranger.verify("a/1", disposition, expires, signature, at(0)), forged);
    }
}
