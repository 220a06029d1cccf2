//! Rows of results, and the types that are read from them.

use sqlx::{ColumnIndex, Row as _, postgres::PgRow, sqlite::SqliteRow};

use super::{Result, postgres::nul};

/// A row of either database.
#[derive(Debug)]
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// Reads the column with this name.
    pub(crate) fn get<T: Column>(&self, name: &str) -> Result<T> {
        T::read(self, name)
    }
}

/// A type that is read from a row.
pub(crate) trait FromRow: Sized {
    fn from_row(row: &Row) -> Result<Self>;
}

/// A type that is read from a column.
pub(crate) trait Column: Sized {
    fn read<I: Index>(row: &Row, index: I) -> Result<Self>;
}

/// The name or the number of a column.
pub(crate) trait Index: ColumnIndex<SqliteRow> + ColumnIndex<PgRow> {}

impl<T: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>> Index for T {}

macro_rules! columns {
    ($($type:ty),+) => {$(
        impl Column for $type {
            fn read<I: Index>(row: &Row, index: I) -> Result<Self> {
                match row {
                    Row::Sqlite(row) => row.try_get(index),
                    Row::Postgres(row) => row.try_get(index),
                }
            }
        }
    )+};
}

columns!(i64, Option<i64>, bool);

impl Column for Option<String> {
    fn read<I: Index>(row: &Row, index: I) -> Result<Self> {
        match row {
            Row::Sqlite(row) => row.try_get(index),
            Row::Postgres(row) => {
                let text: Self = row.try_get(index)?;
                Ok(text.map(nul::unescape))
            }
        }
    }
}

impl Column for String {
    fn read<I: Index>(row: &Row, index: I) -> Result<Self> {
        match row {
            Row::Sqlite(row) => row.try_get(index),
            Row::Postgres(row) => row.try_get(index).map(nul::unescape),
        }
    }
}

/// For counts.
impl Column for u32 {
    fn read<I: Index>(row: &Row, index: I) -> Result<Self> {
        let value = i64::read(row, index)?;
        Self::try_from(value).map_err(|error| sqlx::Error::Decode(error.into()))
    }
}

impl<T: Column> FromRow for T {
    fn from_row(row: &Row) -> Result<Self> {
        T::read(row, 0)
    }
}

macro_rules! tuples {
    ($($($type:ident $index:literal),+;)+) => {$(
        impl<$($type: Column),+> FromRow for ($($type,)+) {
            fn from_row(row: &Row) -> Result<Self> {
                Ok(($($type::read(row, $index)?,)+))
            }
        }
    )+};
}

tuples! {
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
}
