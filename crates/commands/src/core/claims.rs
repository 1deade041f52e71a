//! Facts that are found by their key: claims, read by the beginning of their keys.
//!
//! A claim is written and released in the append that changes what it tells of, so it is as true as
//! the log; views lag behind it.

use sqlx::Row;
use uuid::Uuid;

use super::Commands;
use crate::CommandError;

impl Commands {
    /// The claims of a kind whose keys begin with `prefix`, by key: each key and who holds it.
    pub(crate) async fn claims(
        &self,
        kind: &'static str,
        prefix: &[u8],
    ) -> Result<Vec<(Vec<u8>, Uuid)>, CommandError> {
        let rows = sqlx::query(
            "select key, owner from log.claims \
             where kind = $1 and key >= $2 and ($3::bytea is null or key < $3) order by key",
        )
        .bind(kind)
        .bind(prefix)
        .bind(behind(prefix))
        .fetch_all(self.store.pool())
        .await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// Up to `limit` of the same whose keys come after `after`.
    pub(crate) async fn claims_after(
        &self,
        kind: &'static str,
        prefix: &[u8],
        after: &[u8],
        limit: i64,
    ) -> Result<Vec<(Vec<u8>, Uuid)>, CommandError> {
        let rows = sqlx::query(
            "select key, owner from log.claims \
             where kind = $1 and key > $2 and ($3::bytea is null or key < $3) \
             order by key limit $4",
        )
        .bind(kind)
        .bind(after)
        .bind(behind(prefix))
        .bind(limit)
        .fetch_all(self.store.pool())
        .await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// Who holds the claims of a kind of which each has one, in the order of their ids.
    pub(crate) async fn owners(&self, kind: &'static str) -> Result<Vec<Uuid>, CommandError> {
        let mut owners: Vec<Uuid> =
            self.claims(kind, &[]).await?.into_iter().map(|(_, owner)| owner).collect();
        owners.sort_unstable();
        Ok(owners)
    }

    /// The same, each with the version of its stream: who knows that one already has no more to read.
    pub(crate) async fn owners_at(
        &self,
        kind: &'static str,
    ) -> Result<Vec<(Uuid, i32)>, CommandError> {
        let rows = sqlx::query(
            "select c.owner, coalesce((select max(e.version) from log.events e \
             where e.stream_id = c.owner), 0) from log.claims c where c.kind = $1 order by c.owner",
        )
        .bind(kind)
        .fetch_all(self.store.pool())
        .await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// The last claim of a kind whose key begins with `prefix`.
    pub(crate) async fn last_claim(
        &self,
        kind: &'static str,
        prefix: &[u8],
    ) -> Result<Option<(Vec<u8>, Uuid)>, CommandError> {
        let row = sqlx::query(
            "select key, owner from log.claims \
             where kind = $1 and key >= $2 and ($3::bytea is null or key < $3) \
             order by key desc limit 1",
        )
        .bind(kind)
        .bind(prefix)
        .bind(behind(prefix))
        .fetch_optional(self.store.pool())
        .await?;
        Ok(row.map(|row| (row.get(0), row.get(1))))
    }

    /// How many claims of a kind begin with each of these prefixes, which are ids.
    pub(crate) async fn count_claims(
        &self,
        kind: &'static str,
        prefixes: &[Uuid],
    ) -> Result<Vec<i64>, CommandError> {
        let from: Vec<&[u8]> = prefixes.iter().map(|id| id.as_bytes().as_slice()).collect();
        let to: Vec<Option<Vec<u8>>> = from.iter().map(|prefix| behind(prefix)).collect();
        let counts = sqlx::query_scalar(
            "select (select count(*) from log.claims c where c.kind = $1 and c.key >= p.low \
                     and (p.high is null or c.key < p.high)) \
             from unnest($2::bytea[], $3::bytea[]) with ordinality as p(low, high, ord) \
             order by p.ord",
        )
        .bind(kind)
        .bind(from)
        .bind(to)
        .fetch_all(self.store.pool())
        .await?;
        Ok(counts)
    }
}

/// A key of two ids, found by the first.
pub(crate) fn pair(first: Uuid, second: Uuid) -> Vec<u8> {
    [*first.as_bytes(), *second.as_bytes()].concat()
}

/// The two ids of such a key.
pub(crate) fn unpair(key: &[u8]) -> Option<(Uuid, Uuid)> {
    let (first, second) = key.split_at_checked(16)?;
    Some((Uuid::from_slice(first).ok()?, Uuid::from_slice(second).ok()?))
}

/// The first key behind all that begin with `prefix`; none if there is no such key.
fn behind(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte < u8::MAX)?;
    let mut behind = prefix[..=last].to_vec();
    behind[last] += 1;
    Some(behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_behind_a_prefix_is_behind_all_that_begin_with_it() {
        assert_eq!(behind(&[1, 2]), Some(vec![1, 3]));
        assert_eq!(behind(&[1, 255]), Some(vec![2]));
        assert_eq!(behind(&[255, 255]), None);
        assert_eq!(behind(&[]), None);
    }

    #[test]
    fn a_pair_comes_apart_again() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(u128::MAX));
        assert_eq!(unpair(&pair(a, b)), Some((a, b)));
        assert_eq!(unpair(&[1, 2, 3]), None);
    }
}
