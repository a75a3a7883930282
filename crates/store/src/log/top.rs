//! The values of a field that most rows have.

use std::time::Duration;

use api::view::{Basis, By, Top, TopValue};

use super::LogQuery;
use super::reading::Reading;
use super::tally::{Ask, tally};
use crate::error::StoreError;
use crate::pools::Store;

impl Store {
    /// The `n` most frequent values with their rows, as well as that can be known within a budget of time.
    pub async fn top(&self, query: &LogQuery, by: By, n: usize, budget: Duration) -> Result<Top, StoreError> {
        let mut reading = Reading::begin(self, budget).await?;
        let tally = tally(&mut reading, &self.site, &Ask { query, by: Some(by), step: None }).await?;
        let distinct = tally.cells.len() as u64;
        let mut values: Vec<TopValue> = tally
            .cells
            .into_iter()
            .map(|((_, value), cell)| TopValue {
                value,
                rows: cell.rows.round() as u64,
                stands_for: cell.stands_for.round() as u64,
            })
            .collect();
        values.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.value.cmp(&b.value)));
        let other = values.iter().skip(n).map(|value| value.rows).sum();
        values.truncate(n);
        let known = matches!(tally.basis, Basis::Exact | Basis::Counted);
        Ok(Top {
            values,
            other,
            distinct: known.then_some(distinct),
            basis: tally.basis,
            searched_to: tally.searched_to,
        })
    }
}
