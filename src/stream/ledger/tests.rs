use super::super::Threads;
use super::*;
use crate::features::topic::{Background, Bag, Context, Wanted};
use crate::text::Folded;

const COMMENTS: usize = 400;
const ARTICLES: usize = 7;

fn bag(text: &str) -> Bag {
    Bag::new(&Folded::new(text))
}

fn text(i: usize) -> String {
    format!("Kommentar {} zur Sache {} und zum Titel {}", i % 9, i % 31, i % ARTICLES)
}

/// Every eighth comment stands nowhere.
fn article(i: usize) -> String {
    if i % 8 == 7 { String::new() } else { format!("a{}", i % ARTICLES) }
}

fn title(i: usize, what: &str) -> Article {
    let (article_id, title) = (format!("a{i}"), format!("{what} Titel {i}"));
    Article { article_id, title, text: format!("Absatz {i}\n\nnoch einer"), ..Article::default() }
}

fn open() -> io::Result<Box<dyn Store>> {
    Ok(Box::new(io::Cursor::new(Vec::new())))
}

/// Notes everything in a ledger with so much room, a thousand bytes at a time; what comes of each comment by number.
fn judged(has_threads: bool, room: usize, whole: u64) -> (Vec<Option<Vec<f64>>>, Known, bool) {
    let background = Background::learn(&[bag("ein paar Worte im Allgemeinen zur Sache")]);
    let mut ledger = Ledger { room, whole, chunk: 1000, ..Ledger::new(has_threads, open) };
    (0..ARTICLES - 1).for_each(|i| ledger.note_article(&title(i, "ein anderer"), 2).unwrap());
    for i in 0..COMMENTS {
        let tokens = bag(&text(i));
        let parent = (i % 3 == 2).then(|| Bag::common(tokens.tokens(), bag(&text(i - 1)).tokens()));
        let number = (i % 5 != 4).then_some(i as u64);
        let (article, terms) = (Key::of(&article(i)), vec![i as f64, -0.5]);
        ledger.note(&Row { number, article, tokens, parent, terms }).unwrap();
    }
    (0..ARTICLES - 1).for_each(|i| ledger.note_article(&title(i, "der"), 1).unwrap());
    (0..ARTICLES - 1).for_each(|i| ledger.note_article(&title(i, "zu spät der"), 1).unwrap());
    let (mut rows, mut known) = (vec![None; COMMENTS], Known::default());
    let mut desk = Desk::default();
    for part in 0..ledger.parts() {
        let of_part = ledger.judge(part, &[(&background, Wanted::ALL)], &mut desk, |place, row| {
            let (mut columns, number) = (row.terms.clone(), row.number.unwrap());
            background.columns(&row.tokens, &place.context(0, row.parent.as_ref()), &mut columns);
            assert!(rows[number as usize].replace(columns).is_none(), "{number} comes once");
            Ok(())
        });
        known = known.and(of_part.unwrap());
    }
    (rows, known, ledger.store.is_some())
}

#[test]
fn comments_are_judged_in_their_threads_wherever_those_were_put() {
    let background = Background::learn(&[bag("ein paar Worte im Allgemeinen zur Sache")]);
    for has_threads in [true, false] {
        let mut threads = Threads::default();
        (0..ARTICLES - 1).for_each(|i| threads.add_article(&title(i, "der")));
        (0..COMMENTS).filter(|_| has_threads).for_each(|i| threads.add_comment(&text(i), &article(i)));
        let expected: Vec<Option<Vec<f64>>> = (0..COMMENTS)
            .map(|i| {
                let parent = (i % 3 == 2).then(|| bag(&text(i - 1)));
                let context = Context { parent: parent.as_ref(), ..threads.context(&article(i)) };
                let mut columns = vec![i as f64, -0.5];
                background.columns(&bag(&text(i)), &context, &mut columns);
                (i % 5 != 4).then_some(columns)
            })
            .collect();
        for (room, whole, spills) in [(ROOM, WHOLE, false), (9_000, WHOLE, true), (9_000, 1, true)] {
            let (rows, known, has_spilled) = judged(has_threads, room, whole);
            assert_eq!((rows == expected, has_spilled), (true, spills), "{has_threads} {room} {whole}");
            assert_eq!(known, Known { articles: ARTICLES, unknown: 1 });
        }
    }
}

#[test]
fn without_a_place_to_put_things_the_error_says_why() {
    let no_place = || Err(io::Error::other("the folder is full"));
    let mut ledger = Ledger { room: 0, chunk: 1000, ..Ledger::new(true, no_place) };
    let row = Row { number: Some(0), article: Key::of("a"), tokens: bag(&text(0)), ..Row::default() };
    let error = (0..100).find_map(|_| ledger.note(&row).err()).unwrap();
    assert!(error.to_string().contains("the folder is full"), "{error}");
}
