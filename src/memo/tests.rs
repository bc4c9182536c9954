use super::*;
use crate::features::Extractor;
use crate::features::ngram::Space;

fn memo(shares: usize) -> Memo {
    let mut memo = Memo::one_of(shares);
    memo.relieve();
    memo
}

fn key(token: &str) -> Key {
    Key::of(token.as_bytes(), 0..token.len())
}

fn note(memo: &mut Memo, facts: &Facts, token: &str, sums: &[i64]) -> Id {
    assert_eq!(memo.find(key(token), token.as_bytes()), None, "{token}");
    memo.note(key(token), token.as_bytes(), Some(facts), sums)
}

#[test]
fn what_is_known_of_a_token_is_what_was_noted() {
    let extractor = Extractor::builtin([12; Space::ALL.len()]).unwrap();
    let mut memo = memo(1);
    let mut facts = Facts::default();
    for (token, sums) in [
        ("a", [0, 1, 2, 3, 4]),
        ("Volltrottel,", [-1, 7, 0, 0, 0]),
        ("(Halt's-Maul-und-so-weiter!)", [1, 1 << 40, 3, -1 << 50, 0]),
        ("Donaudampfschifffahrtsgesellschaft", [5; 5]),
        ("\u{200B}", [0; 5]),
        (&"!".repeat(300), [0; 5]),
    ] {
        for width in [2, 5] {
            let token = &format!("{token}{width}")[..];
            facts.measure(token, &extractor);
            let id = note(&mut memo, &facts, token, &sums[..width]);
            assert_eq!(memo.find(key(token), token.as_bytes()), Some(id));
            let record = memo.record(id);
            assert_eq!(memo.symbols(id), facts.symbols());
            assert_eq!(record.first(), facts.symbols().first().copied().unwrap_or(0));
            assert_eq!(memo.counts(record), facts.counts);
            assert_eq!(memo.matches(id), &facts.matches[..]);
            assert_eq!((record.has_matches(), record.stops()), (!facts.matches.is_empty(), facts.stops));
            assert_eq!((record.is_lone(), record.starts_low()), (facts.is_lone, facts.starts_low));
            let (mut classes, mut topics, mut added) = (Vec::new(), Vec::new(), vec![10; width]);
            memo.for_each_class(id, |class| classes.push(class));
            memo.for_each_topic(id, |topic| topics.push(topic));
            let mut near = [0; SUMS];
            memo.add_sums(id, &mut near, &mut added);
            added.iter_mut().zip(near).for_each(|(sum, near)| *sum += near);
            assert_eq!(classes, facts.words.iter().map(|word| word.class).collect::<Vec<_>>());
            assert_eq!(topics, facts.topics);
            assert!(added.iter().zip(sums).all(|(sum, own)| *sum == 10 + own), "{added:?}");
            assert_eq!(memo.parts(id).len(), facts.words.len());
        }
    }
}

#[test]
fn tokens_are_found_however_many_there_are_until_it_begins_anew() {
    let (mut memo, facts) = (memo(64), Facts::default());
    let token = |i: usize| format!("{}{i}", if i.is_multiple_of(3) { "ein-langes-Token-" } else { "t" });
    let most = MOST_TOKENS / 64;
    let ids: Vec<Id> = (0..most).map(|i| note(&mut memo, &facts, &token(i), &[])).collect();
    for (i, &id) in ids.iter().enumerate() {
        let token = token(i);
        assert_eq!(memo.find(key(&token), token.as_bytes()), Some(id));
        let mut look = memo.look(token.as_bytes(), 0..token.len());
        memo.meet(std::slice::from_mut(&mut look));
        assert!(look.found().is_none_or(|found| found == id));
    }
    memo.relieve();
    assert_eq!(memo.find(key(&token(1)), token(1).as_bytes()), None);
    note(&mut memo, &facts, &token(1), &[]);
}
