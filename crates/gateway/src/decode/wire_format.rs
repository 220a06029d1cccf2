//! Protobuf's wire format as a sequence of fields: read without copying, written in place.

/// How a field's content is delimited.
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
pub(crate) enum Damage {
    #[error("it ends within a field")]
    Ends,
    #[error("an integer has more than 64 bits")]
    Integer,
    #[error("a field has a number or a type that there is not")]
    Key,
    #[error("a group of fields has no end, or there are too many in each other")]
    Group,
    #[error("field {0} is of another type")]
    Type(u32),
}

/// A field. Of those that are not delimited the content is not needed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw<'a> {
    pub(super) number: u32,
    pub(super) wire_type: WireType,
    /// Of a delimited field.
    pub(super) content: &'a [u8],
}

/// The fields of a message in their order. After an error it gives no sense any more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

/// No version of OTLP has groups.
const GROUPS: u32 = 16;

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Raw<'a>, Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        let field = (!self.0.is_empty()).then(|| self.field(GROUPS))?;
        Some(field.and_then(|field| match field.wire_type {
            WireType::EndGroup => Err(Damage::Group),
            _ => Ok(field),
        }))
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self, groups: u32) -> Result<Raw<'a>, Damage> {
        let (number, wire_type) = self.key()?;
        let mut content = &[][..];
        match wire_type {
            WireType::Varint => drop(self.varint()?),
            WireType::SixtyFourBit => drop(self.take(8)?),
            WireType::ThirtyTwoBit => drop(self.take(4)?),
            WireType::Delimited => {
                let length = self.varint()?;
                content = self.take(usize::try_from(length).map_err(|_| Damage::Ends)?)?;
            }
            WireType::Group => self.skip_group(number, groups)?,
            WireType::EndGroup => {}
        }
        Ok(Raw {
            number,
            wire_type,
            content,
        })
    }

    fn skip_group(&mut self, number: u32, groups: u32) -> Result<(), Damage> {
        let groups = groups.checked_sub(1).ok_or(Damage::Group)?;
        loop {
            let field = self.field(groups)?;
            match field.wire_type {
                WireType::EndGroup if field.number == number => return Ok(()),
                WireType::EndGroup => return Err(Damage::Group),
                _ => {}
            }
        }
    }

    fn key(&mut self) -> Result<(u32, WireType), Damage> {
        let key = u32::try_from(self.varint()?).map_err(|_| Damage::Key)?;
        let wire_type = match key & 7 {
            0 => WireType::Varint,
            1 => WireType::SixtyFourBit,
            2 => WireType::Delimited,
            3 => WireType::Group,
            4 => WireType::EndGroup,
            5 => WireType::ThirtyTwoBit,
            _ => return Err(Damage::Key),
        };
        match key >> 3 {
            0 => Err(Damage::Key),
            number => Ok((number, wire_type)),
        }
    }

    fn varint(&mut self) -> Result<u64, Damage> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            match byte {
                2.. if shift == 63 => return Err(Damage::Integer),
                ..0x80 => return Ok(value),
                _ => {}
            }
        }
        Err(Damage::Integer)
    }

    fn take(&mut self, bytes: usize) -> Result<&'a [u8], Damage> {
        let (taken, rest) = self.0.split_at_checked(bytes).ok_or(Damage::Ends)?;
        self.0 = rest;
        Ok(taken)
    }
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

/// A field whose content is what `write` adds. Its length is put before it afterwards: no
/// message needs a buffer of its own.
pub(super) fn write_delimited<E>(
    number: u32,
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    write_key(number, WireType::Delimited, out);
    let start = out.len();
    // Most are short.
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
