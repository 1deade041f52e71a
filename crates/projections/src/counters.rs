//! Counters that each event moves: what a batch adds to a table of them.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, PgConnection};

/// What a batch adds to the counters of a table and takes away.
#[derive(Default)]
pub(crate) struct Moved(HashMap<(&'static str, String), i64>);

impl Moved {
    /// Moves the counter `counter` of `key`.
    pub(crate) fn bump(&mut self, counter: &'static str, key: String, by: i64) {
        *self.0.entry((counter, key)).or_default() += by;
    }

    /// Adds to the counters of a table (`counter`, `key`, `n`): last in the transaction and in the order of their keys,
    /// so that two writers never wait for each other in a circle. Counters that come to 0 go, so that a rebuild leaves
    /// the same rows.
    pub(crate) async fn store(
        self,
        connection: &mut PgConnection,
        table: &'static str,
    ) -> Result<(), sqlx::Error> {
        let mut moved: Vec<_> = self.0.into_iter().filter(|(_, by)| *by != 0).collect();
        if moved.is_empty() {
            return Ok(());
        }
        moved.sort_unstable();
        let counters: Vec<&str> = moved.iter().map(|((counter, _), _)| *counter).collect();
        let keys: Vec<&str> = moved.iter().map(|((_, key), _)| key.as_str()).collect();
        let by: Vec<i64> = moved.iter().map(|(_, by)| *by).collect();
        let add = format!(
            "insert into {table} as c (counter, key, n) select * from unnest($1::text[], $2::text[], $3::bigint[]) \
             on conflict (counter, key) do update set n = c.n + excluded.n"
        );
        sqlx::query(AssertSqlSafe(add))
            .bind(&counters)
            .bind(&keys)
            .bind(by)
            .execute(&mut *connection)
            .await?;
        let sweep = format!(
            "delete from {table} c using unnest($1::text[], $2::text[]) as d(counter, key) \
             where c.counter = d.counter and c.key = d.key and c.n = 0"
        );
        sqlx::query(AssertSqlSafe(sweep)).bind(&counters).bind(&keys).execute(connection).await?;
        Ok(())
    }
}
