//! Typed values out of the layers.

use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use toml::Value;

use super::layers::Layers;
use super::units;

/// Takes typed values out of the layers; an error names the key and its origin.
pub(super) struct Reader<'a>(pub(super) &'a Layers);

impl Reader<'_> {
    pub(super) fn text(&self, path: &str) -> Option<String> {
        self.0.get(path).and_then(|entry| entry.value.as_str()).map(str::to_owned)
    }

    pub(super) fn switch(&self, path: &str) -> bool {
        self.0.get(path).and_then(|entry| entry.value.as_bool()).unwrap_or_default()
    }

    pub(super) fn parsed<T>(
        &self,
        path: &str,
        parse: impl Fn(&str) -> Result<T>,
    ) -> Result<Option<T>> {
        let Some(entry) = self.0.get(path) else { return Ok(None) };
        let text = entry.value.as_str().unwrap_or_default();
        parse(text).map(Some).map_err(|error| self.at(path, &error))
    }

    pub(super) fn list<T>(&self, path: &str, parse: impl Fn(&str) -> Result<T>) -> Result<Vec<T>> {
        let items = self.0.get(path).and_then(|entry| entry.value.as_array()).into_iter().flatten();
        items
            .map(|item| parse(item.as_str().unwrap_or_default()))
            .collect::<Result<_>>()
            .map_err(|error| self.at(path, &error))
    }

    pub(super) fn duration(&self, path: &str) -> Result<Duration> {
        Ok(self.parsed(path, units::duration)?.unwrap_or_default())
    }

    /// A duration that is not too short to be met on a bad day.
    pub(super) fn at_least(&self, path: &str, least: Duration) -> Result<Duration> {
        let duration = self.duration(path)?;
        if duration < least {
            return Err(self.at(path, &anyhow!("must be {least:?} or more")));
        }
        Ok(duration)
    }

    /// None where the key is not set.
    pub(super) fn queues(&self) -> Result<Option<Vec<String>>> {
        let Some(entry) = self.0.get("queues") else { return Ok(None) };
        let queues = self.list("queues", |name| Ok(name.to_owned()))?;
        if queues.is_empty() {
            bail!("`queues` ({}): names no queue", entry.origin);
        }
        Ok(Some(queues))
    }

    pub(super) fn size(&self, path: &str) -> Result<usize> {
        match self.0.get(path).map(|entry| &entry.value) {
            Some(Value::Integer(bytes)) => {
                usize::try_from(*bytes).map_err(|_| self.at(path, &anyhow!("is out of range")))
            }
            Some(_) | None => Ok(self.parsed(path, units::size)?.unwrap_or_default()),
        }
    }

    /// A size of what need not fit into memory; nothing is none.
    pub(super) fn bytes(&self, path: &str) -> Result<u64> {
        match u64::try_from(self.size(path)?)? {
            0 => Err(self.at(path, &anyhow!("must be more than nothing"))),
            bytes => Ok(bytes),
        }
    }

    /// A number from 1 with a default.
    pub(super) fn positive<T: TryFrom<i64> + Default + PartialEq>(&self, path: &str) -> Result<T> {
        match self.number(path)? {
            Some(number) if number != T::default() => Ok(number),
            Some(_) | None => Err(self.at(path, &anyhow!("must be 1 or more"))),
        }
    }

    pub(super) fn number<T: TryFrom<i64>>(&self, path: &str) -> Result<Option<T>> {
        let number = self.0.get(path).and_then(|entry| entry.value.as_integer());
        number
            .map(|number| {
                T::try_from(number).map_err(|_| self.at(path, &anyhow!("{number} is out of range")))
            })
            .transpose()
    }

    /// A number with a default that passes a check.
    pub(super) fn checked(&self, path: &str, check: impl Fn(i32) -> Result<()>) -> Result<i32> {
        let number = self.number(path)?.unwrap_or_default();
        check(number).map_err(|error| self.at(path, &error))?;
        Ok(number)
    }

    /// None for `off`.
    pub(super) fn limit(&self, path: &str) -> Result<Option<u32>> {
        self.number(path)
    }

    pub(super) fn settings(&self, path: &str) -> Vec<(String, String)> {
        let table = self.0.get(path).and_then(|entry| entry.value.as_table()).into_iter().flatten();
        table.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
    }

    pub(super) fn at(&self, path: &str, error: &anyhow::Error) -> anyhow::Error {
        match self.0.get(path) {
            Some(entry) => anyhow!("`{path}` ({}): {error}", entry.origin),
            None => anyhow!("`{path}`: {error}"),
        }
    }
}
