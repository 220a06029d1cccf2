//! Protobuf's wire format as a sequence of fields, read without copies and written in place.

/// How the end of a field's content is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WireType {
    Varint = 0,
    SixtyFourBit = 1,
    Delimited = 2,
    Group = 3,
    EndGroup = 4,
    ThirtyTwoBit = 5,
}

/// Why bytes are not a protobuf message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WireError {
    #[error("it ends within a field")]
    Truncated,
    #[error("an integer has more than 64 bits")]
    IntegerOverflow,
    #[error("a field has an invalid number or wire type")]
    InvalidKey,
    #[error("a group of fields has no end, or groups are nested too deeply")]
    InvalidGroup,
    #[error("field {0} has the wrong wire type")]
    UnexpectedType(u32),
}

/// A field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw<'a> {
    pub(super) number: u32,
    pub(super) wire_type: WireType,
    /// The content of a delimited field; empty for other fields.
    pub(super) content: &'a [u8],
}

/// Iterates over the fields of a message. Do not use the iterator after an error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

/// How deeply groups may be nested. No version of OTLP has groups.
const MAX_GROUP_DEPTH: u32 = 16;

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Raw<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        let field = (!self.0.is_empty()).then(|| self.field(MAX_GROUP_DEPTH))?;
        Some(field.and_then(|field| match field.wire_type {
            WireType::EndGroup => Err(WireError::InvalidGroup),
            _ => Ok(field),
        }))
    }
}

impl<'a> Fields<'a> {
    /// Iterates over the fields and their encoded bytes, with their keys. Use it only to copy
    /// fields: each field of a span is read when the span is checked, which this would slow down.
    pub(super) fn with_encoded(
        mut self,
    ) -> impl Iterator<Item = Result<(Raw<'a>, &'a [u8]), WireError>> {
        std::iter::from_fn(move || {
            let start = self.0;
            let field = self.next()?;
            Some(field.map(|field| (field, &start[..start.len() - self.0.len()])))
        })
    }

    fn field(&mut self, max_group_depth: u32) -> Result<Raw<'a>, WireError> {
        let (number, wire_type) = self.key()?;
        let mut content = &[][..];
        match wire_type {
            WireType::Varint => drop(self.varint()?),
            WireType::SixtyFourBit => drop(self.take(8)?),
            WireType::ThirtyTwoBit => drop(self.take(4)?),
            WireType::Delimited => {
                let length = self.varint()?;
                content = self.take(usize::try_from(length).map_err(|_| WireError::Truncated)?)?;
            }
            WireType::Group => self.skip_group(number, max_group_depth)?,
            WireType::EndGroup => {}
        }
        Ok(Raw {
            number,
            wire_type,
            content,
        })
    }

    fn skip_group(&mut self, number: u32, max_group_depth: u32) -> Result<(), WireError> {
        let depth_left = max_group_depth
            .checked_sub(1)
            .ok_or(WireError::InvalidGroup)?;
        loop {
            let field = self.field(depth_left)?;
            match field.wire_type {
                WireType::EndGroup if field.number == number => return Ok(()),
                WireType::EndGroup => return Err(WireError::InvalidGroup),
                _ => {}
            }
        }
    }

    fn key(&mut self) -> Result<(u32, WireType), WireError> {
        let key = u32::try_from(self.varint()?).map_err(|_| WireError::InvalidKey)?;
        let wire_type = match key & 7 {
            0 => WireType::Varint,
            1 => WireType::SixtyFourBit,
            2 => WireType::Delimited,
            3 => WireType::Group,
            4 => WireType::EndGroup,
            5 => WireType::ThirtyTwoBit,
            _ => return Err(WireError::InvalidKey),
        };
        match key >> 3 {
            0 => Err(WireError::InvalidKey),
            number => Ok((number, wire_type)),
        }
    }

    /// Reads an integer. Nearly all keys and lengths have one byte.
    #[inline]
    fn varint(&mut self) -> Result<u64, WireError> {
        match self.0 {
            [byte @ ..0x80, rest @ ..] => {
                self.0 = rest;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, WireError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            match byte {
                2.. if shift == 63 => return Err(WireError::IntegerOverflow),
                ..0x80 => return Ok(value),
                _ => {}
            }
        }
        Err(WireError::IntegerOverflow)
    }

    fn take(&mut self, bytes: usize) -> Result<&'a [u8], WireError> {
        let (taken, rest) = self.0.split_at_checked(bytes).ok_or(WireError::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }
}

/// Returns the value of an encoded varint field.
pub(super) fn varint_value(encoded: &[u8]) -> u64 {
    let key_end = encoded.iter().position(|byte| *byte < 0x80);
    let mut value = key_end.map_or(&[][..], |end| &encoded[end + 1..]);
    prost::encoding::decode_varint(&mut value).unwrap_or_default()
}

pub(super) fn write_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub(super) fn write_key(number: u32, wire_type: WireType, out: &mut Vec<u8>) {
    write_varint(u64::from(number << 3 | wire_type as u32), out);
}

/// Writes a delimited field whose content `write` appends. The length is inserted before the
/// content afterwards, so that no nested message needs a buffer of its own.
pub(super) fn write_delimited<E>(
    number: u32,
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    write_key(number, WireType::Delimited, out);
    let start = out.len();
    // One byte is enough for the length of most fields.
    out.push(0);
    write(out)?;
    let length = out.len() - start - 1;
    let mut prefix = Vec::with_capacity(10);
    write_varint(length as u64, &mut prefix);
    match *prefix {
        [length] => out[start] = length,
        _ => drop(out.splice(start..=start, prefix)),
    }
    Ok(())
}
