//! The wish as text: `max recall @ precision >= 0.9` and its siblings.

use super::Objective;
use crate::error::{Error, Result};
use std::str::FromStr;

/// Every form, for the message that a wish was not understood.
const FORMS: &str = "`max f1`, `max macro_f1`, `max f_beta=2`, `max recall @ precision >= 0.9`, \
    `max precision @ recall >= 0.8`, `flag rate <= 5%`, `budget 200 per day`, \
    `budget 200 of 4000 per day`, `cost fn=5 fp=1`";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    Symbol(&'a str),
    Number(f64),
}

/// Case and spaces do not matter; a share is written `0.9` or `90%`; `max` may be left out before
/// a single figure, so `f1` is `max f1`.
impl FromStr for Objective {
    type Err = Error;

    fn from_str(wish: &str) -> Result<Self> {
        use Token::{Number, Symbol, Word};
        let wish = wish.to_lowercase();
        let tokens = tokens(&wish)?;
        let objective = match tokens.as_slice() {
            [Word("f1")] | [Word("max"), Word("f1")] => Self::F1,
            [Word("macro_f1")] | [Word("max"), Word("macro_f1")] => Self::MacroF1,
            [Word("f_beta"), Symbol("="), Number(beta)]
            | [Word("max"), Word("f_beta"), Symbol("="), Number(beta)] => Self::FBeta(*beta),
            [Word("max"), Word("recall"), Symbol("@"), Word("precision"), Symbol(">="), Number(share)] => {
                Self::PrecisionAtLeast(*share)
            }
            [Word("max"), Word("precision"), Symbol("@"), Word("recall"), Symbol(">="), Number(share)] => {
                Self::RecallAtLeast(*share)
            }
            [Word("flag"), Word("rate"), Symbol("<="), Number(share)] => Self::FlagRateAtMost(*share),
            [Word("budget"), Number(per_day), Word("per"), Word("day")] => {
                Self::Budget { per_day: *per_day, volume_per_day: None }
            }
            [Word("budget"), Number(per_day), Word("of"), Number(volume), Word("per"), Word("day")] => {
                Self::Budget { per_day: *per_day, volume_per_day: Some(*volume) }
            }
            [Word("cost"), Word("fn"), Symbol("="), Number(slip), Word("fp"), Symbol("="), Number(flag)]
            | [Word("cost"), Word("fp"), Symbol("="), Number(flag), Word("fn"), Symbol("="), Number(slip)] => {
                Self::Cost { fn_cost: *slip, fp_cost: *flag }
            }
            other => return Err(Error::parameter(format!("`{}`: {}", wish.trim(), advice(other)))),
        };
        objective.validate()
    }
}

/// What to write instead, judged by how the wish starts.
fn advice(tokens: &[Token<'_>]) -> String {
    use Token::Word;
    let form = match tokens {
        [Word("max"), Word("recall"), ..] => "max recall @ precision >= 0.9",
        [Word("max"), Word("precision"), ..] => "max precision @ recall >= 0.8",
        [Word("f_beta"), ..] | [Word("max"), Word("f_beta"), ..] => "max f_beta=2",
        [Word("flag"), ..] => "flag rate <= 5%",
        [Word("budget"), ..] => "budget 200 per day` or `budget 200 of 4000 per day",
        [Word("cost"), ..] => "cost fn=5 fp=1",
        _ => return format!("not a wish this program knows; the forms are {FORMS}"),
    };
    format!("write `{form}`")
}

fn tokens(wish: &str) -> Result<Vec<Token<'_>>> {
    let (mut rest, mut tokens) = (wish.trim_start(), Vec::new());
    while !rest.is_empty() {
        let (token, after) = next_token(rest)?;
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

/// The first token of a text that starts with one, and what follows it.
fn next_token(text: &str) -> Result<(Token<'_>, &str)> {
    if let Some(symbol) = ["@", ">=", "<=", "="].into_iter().find(|symbol| text.starts_with(symbol)) {
        return Ok((Token::Symbol(symbol), &text[symbol.len()..]));
    }
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        let (word, after) = split_while(text, |c| c.is_ascii_alphanumeric() || c == '_');
        return Ok((Token::Word(word), after));
    }
    let (digits, after) = split_while(text, |c| c.is_ascii_digit() || c == '.');
    let number: f64 = digits.parse().map_err(|_| unreadable(text))?;
    if after.starts_with(',') {
        return Err(Error::parameter(format!(
            "write the number after `{digits}` with a point: 0.9, not 0,9"
        )));
    }
    match after.trim_start().strip_prefix('%') {
        Some(after) => Ok((Token::Number(number / 100.0), after)),
        None => Ok((Token::Number(number), after)),
    }
}

fn split_while(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

fn unreadable(text: &str) -> Error {
    let start: String = text.chars().take(8).collect();
    Error::parameter(format!("cannot read the wish from `{start}` on; the forms are {FORMS}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use proptest::prelude::*;

    #[test]
    fn reads_every_form() {
        let budget = |volume_per_day| Objective::Budget { per_day: 200.0, volume_per_day };
        for (wish, expected) in [
            ("max f1", Objective::F1),
            ("f1", Objective::F1),
            ("macro_f1", Objective::MacroF1),
            (" MAX  Macro_F1 ", Objective::MacroF1),
            ("max f_beta=2", Objective::FBeta(2.0)),
            ("f_beta = .5", Objective::FBeta(0.5)),
            ("max recall @ precision >= 0.9", Objective::PrecisionAtLeast(0.9)),
            ("max recall@precision>=90 %", Objective::PrecisionAtLeast(0.9)),
            ("max precision @ recall >= 1", Objective::RecallAtLeast(1.0)),
            ("flag rate <= 5%", Objective::FlagRateAtMost(0.05)),
            ("budget 200 per day", budget(None)),
            ("budget 200 of 4000 per day", budget(Some(4000.0))),
            ("cost fn=5 fp=1", Objective::Cost { fn_cost: 5.0, fp_cost: 1.0 }),
            ("cost fp=1 fn=5", Objective::Cost { fn_cost: 5.0, fp_cost: 1.0 }),
        ] {
            assert_eq!(wish.parse::<Objective>().unwrap(), expected, "{wish}");
        }
        assert_eq!(budget(None).with_volume(4000.0), budget(Some(4000.0)));
        assert_eq!(budget(Some(4000.0)).with_volume(1.0), budget(Some(4000.0)));
    }

    #[test]
    fn says_what_to_write_instead() {
        for (wish, part) in [
            ("", "the forms are `max f1`"),
            ("max happiness", "the forms are `max f1`"),
            ("max recall", "write `max recall @ precision >= 0.9`"),
            ("max recall @ precision > 0.9", "cannot read the wish from `> 0.9` on"),
            ("max recall @ precision >= 0,9", "with a point: 0.9, not 0,9"),
            ("max recall @ precision >= 90", "precision is 90, but must be a share"),
            ("max precision @ recall >= 0", "recall is 0, but must be a share"),
            ("flag rate 5%", "write `flag rate <= 5%`"),
            ("flag rate <= 120%", "flag rate is 1.2"),
            ("max f_beta", "write `max f_beta=2`"),
            ("f_beta=0", "f_beta is 0, but must be above 0"),
            ("f_beta=9000000000000", "at most 1000000000000"),
            ("budget 200", "write `budget 200 per day`"),
            ("budget 0 per day", "budget is 0"),
            ("budget 1 of 0 per day", "volume is 0"),
            ("cost fn=5", "write `cost fn=5 fp=1`"),
            ("cost fn=5 fp=0", "fp is 0"),
            ("f_beta=1.2.3", "cannot read the wish from `1.2.3` on"),
        ] {
            let message = wish.parse::<Objective>().unwrap_err().to_string();
            assert!(message.contains(part), "{wish}: {message}");
        }
    }

    fn objective() -> impl Strategy<Value = Objective> {
        let (share, number) = (1e-9..=1.0_f64, 1e-9..1e9_f64);
        prop_oneof![
            Just(Objective::F1),
            Just(Objective::MacroF1),
            number.clone().prop_map(Objective::FBeta),
            share.clone().prop_map(Objective::PrecisionAtLeast),
            share.clone().prop_map(Objective::RecallAtLeast),
            share.prop_map(Objective::FlagRateAtMost),
            (number.clone(), prop::option::of(number.clone()))
                .prop_map(|(per_day, volume_per_day)| Objective::Budget { per_day, volume_per_day }),
            (number.clone(), number).prop_map(|(fn_cost, fp_cost)| Objective::Cost { fn_cost, fp_cost }),
        ]
    }

    proptest! {
        #[test]
        fn written_then_read_is_the_same_wish(objective in objective()) {
            prop_assert_eq!(objective.to_string().parse::<Objective>().unwrap(), objective);
        }

        #[test]
        fn any_text_is_a_valid_wish_or_a_parameter_error(
            wish in "(max|cost|budget|flag|f_beta|[ =@%.,0-9<>a-zß€]){0,9}",
        ) {
            match wish.parse::<Objective>() {
                Ok(objective) => prop_assert!(objective.validate().is_ok()),
                Err(error) => prop_assert_eq!(error.kind(), Kind::Parameter),
            }
        }
    }
}
