//! Chi-square statistics for samples without replacement.
//!
//! In T independent draws of n out of N let O_i and O_ij count how often row i and how often both i and
//! j were drawn. With p = n/N the covariance of the indicators of rows is p(1−p)·N/(N−1) times the
//! projection on the vectors of sum zero, so
//!   X² = Σ_i (O_i − Tp)² / (T p(1−p) N/(N−1))
//! is asymptotically chi-square with N−1 degrees of freedom. The indicators of pairs have three
//! eigenspaces: the constants (eigenvalue 0), the functions u_i + u_j with Σu = 0, which tell no more
//! than the rows, and the rest, of dimension N(N−3)/2, with eigenvalue λ = π2 − 2π3 + π4, where
//! πk = n(n−1)…(n−k+1) / N(N−1)…(N−k+1) is the chance of k given rows. With v_ij = O_ij − Tπ2 and
//! r_i = Σ_j v_ij the rest is v_ij − (r_i + r_j)/(N−2), and the sum of its squares over Tλ is
//! asymptotically chi-square with N(N−3)/2 degrees of freedom, independent of X².

/// How often rows, and pairs of rows, were drawn.
#[derive(Clone, Debug)]
pub(crate) struct Counts {
    pool: usize,
    wanted: usize,
    draws: f64,
    rows: Vec<f64>,
    /// `pool` times `pool`; filled for i < j.
    pairs: Vec<f64>,
}

impl Counts {
    pub(crate) fn new(pool: usize, wanted: usize) -> Self {
        let (rows, pairs) = (vec![0.0; pool], vec![0.0; pool * pool]);
        Self {
            pool,
            wanted,
            draws: 0.0,
            rows,
            pairs,
        }
    }

    /// Counts one draw; rows in ascending order.
    pub(crate) fn add(&mut self, rows: &[usize]) {
        assert_eq!(rows.len(), self.wanted);
        self.draws += 1.0;
        for (at, &i) in rows.iter().enumerate() {
            self.rows[i] += 1.0;
            for &j in &rows[at + 1..] {
                self.pairs[i * self.pool + j] += 1.0;
            }
        }
    }

    /// The statistic of rows and its degrees of freedom.
    pub(crate) fn of_rows(&self) -> (f64, f64) {
        let size = self.pool as f64;
        let p = self.chance(1);
        let variance = self.draws * p * (1.0 - p) * size / (size - 1.0);
        let squares: f64 = self.rows.iter().map(|o| (o - self.draws * p).powi(2)).sum();
        (squares / variance, size - 1.0)
    }

    /// The statistic of pairs and its degrees of freedom.
    pub(crate) fn of_pairs(&self) -> (f64, f64) {
        let size = self.pool as f64;
        let mut sums = vec![0.0; self.pool];
        for (i, j, v) in self.deviations() {
            sums[i] += v;
            sums[j] += v;
        }
        let squares: f64 = self
            .deviations()
            .map(|(i, j, v)| (v - (sums[i] + sums[j]) / (size - 2.0)).powi(2))
            .sum();
        (
            squares / (self.draws * self.pair_variance()),
            size * (size - 3.0) / 2.0,
        )
    }

    /// λ of the module's comment.
    pub(crate) fn pair_variance(&self) -> f64 {
        self.chance(2) - 2.0 * self.chance(3) + self.chance(4)
    }

    fn deviations(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        let expected = self.draws * self.chance(2);
        let pairs = (0..self.pool).flat_map(move |i| (i + 1..self.pool).map(move |j| (i, j)));
        pairs.map(move |(i, j)| (i, j, self.pairs[i * self.pool + j] - expected))
    }

    fn chance(&self, rows: usize) -> f64 {
        let (wanted, pool) = (self.wanted as f64, self.pool as f64);
        (0..rows)
            .map(|k| k as f64)
            .map(|k| (wanted - k).max(0.0) / (pool - k))
            .product()
    }
}
