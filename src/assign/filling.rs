//! Seats of one department in one target, each with the first of its list who leaves the others fillable (SPEC §10.6, §10.7).
#![expect(
    clippy::indexing_slicing,
    reason = "seats, groups and people are numbered by the caller, below the lengths of these vectors"
)]

use std::collections::VecDeque;

/// Fills seats in order: each takes the first of its group's list who holds no earlier seat and leaves the seats after it
/// fillable, nobody twice. `groups` says for every seat its group, `lists` for every group whom it may have, first the
/// ones who come first, each below `people`. `None` when the seats cannot all be filled.
pub(crate) fn fill(groups: &[usize], lists: &[Vec<usize>], people: usize) -> Option<Vec<usize>> {
    let mut matching = Matching {
        groups,
        lists,
        holders: vec![None; groups.len()],
        seat_of: vec![None; people],
        fixed: vec![false; people],
    };
    // some filling first, whoever it is; then seat by seat the best that leaves one
    if !(0..groups.len()).all(|seat| matching.fill_one(seat)) {
        return None;
    }
    for seat in 0..groups.len() {
        for &person in &lists[groups[seat]] {
            if !matching.fixed[person] && matching.sits(seat, person) {
                break;
            }
        }
    }
    matching.holders.into_iter().collect()
}

/// Who holds which seat.
struct Matching<'a> {
    groups: &'a [usize],
    lists: &'a [Vec<usize>],
    holders: Vec<Option<usize>>,
    seat_of: Vec<Option<usize>>,
    fixed: Vec<bool>,
}

impl Matching<'_> {
    /// Fixes a person at a seat, if all other seats can still be filled; else nothing changes.
    fn sits(&mut self, seat: usize, person: usize) -> bool {
        let before = (self.holders[seat], self.seat_of[person]);
        self.fixed[person] = true;
        if before.0 == Some(person) {
            return true;
        }
        if let Some(old) = before.0 {
            self.seat_of[old] = None;
        }
        self.holders[seat] = Some(person);
        self.seat_of[person] = Some(seat);
        let Some(other) = before.1 else { return true };
        self.holders[other] = None;
        if self.fill_one(other) {
            return true;
        }
        (self.holders[seat], self.holders[other]) = (before.0, Some(person));
        self.seat_of[person] = Some(other);
        if let Some(old) = before.0 {
            self.seat_of[old] = Some(seat);
        }
        self.fixed[person] = false;
        false
    }

    /// Fills an empty seat by moving others that are not fixed; when that cannot be, nothing changes.
    fn fill_one(&mut self, seat: usize) -> bool {
        let mut came_from: Vec<Option<usize>> = vec![None; self.seat_of.len()];
        let mut looked_at = vec![false; self.lists.len()];
        let mut waiting = VecDeque::from([seat]);
        while let Some(at) = waiting.pop_front() {
            let group = self.groups[at];
            if std::mem::replace(&mut looked_at[group], true) {
                continue;
            }
            for &person in &self.lists[group] {
                if self.fixed[person] || came_from[person].is_some() {
                    continue;
                }
                came_from[person] = Some(at);
                match self.seat_of[person] {
                    Some(taken) => waiting.push_back(taken),
                    None => {
                        self.shift(seat, person, &came_from);
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Gives a free person to the seat that found them, its holder to the seat that found that one, and so on.
    fn shift(&mut self, first: usize, free: usize, came_from: &[Option<usize>]) {
        let mut person = Some(free);
        while let Some(who) = person
            && let Some(at) = came_from[who]
        {
            person = self.holders[at].replace(who);
            self.seat_of[who] = Some(at);
            if at == first {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by trying everything: the first filling in the order of the lists.
    fn slow(groups: &[usize], lists: &[Vec<usize>], taken: &mut Vec<usize>) -> Option<Vec<usize>> {
        let Some((&group, rest)) = groups.split_first() else { return Some(Vec::new()) };
        for &person in &lists[group] {
            if taken.contains(&person) {
                continue;
            }
            taken.push(person);
            let found = slow(rest, lists, taken);
            taken.pop();
            if let Some(mut found) = found {
                found.insert(0, person);
                return Some(found);
            }
        }
        None
    }

    #[test]
    fn the_first_filling_is_found() {
        let mut lots = crate::seed::Lots::trial(7).stream("matching");
        let (mut filled, mut not_first) = (0, 0);
        for _ in 0..4_000 {
            let mut up_to = |n: u64| usize::try_from(lots.uniform(n)).unwrap_or(0);
            let (people, kinds) = (1 + up_to(7), 1 + up_to(3));
            let lists: Vec<Vec<usize>> = (0..kinds)
                .map(|_| {
                    let mut list: Vec<usize> = (0..people).filter(|_| up_to(2) == 0).collect();
                    for last in (1..list.len()).rev() {
                        list.swap(last, up_to(u64::try_from(last).unwrap_or(0) + 1));
                    }
                    list
                })
                .collect();
            let groups: Vec<usize> = (0..1 + up_to(5)).map(|_| up_to(u64::try_from(kinds).unwrap_or(1))).collect();
            let expected = slow(&groups, &lists, &mut Vec::new());
            assert_eq!(fill(&groups, &lists, people), expected, "{groups:?} {lists:?}");
            let mut greedy = Vec::new();
            for group in &groups {
                greedy.extend(lists[*group].iter().find(|person| !greedy.contains(*person)).copied());
            }
            filled += usize::from(expected.is_some());
            not_first += usize::from(expected.is_some_and(|expected| expected != greedy));
        }
        assert!(filled > 1_000 && not_first > 50, "{filled} {not_first}: the instances show nothing");
    }
}
