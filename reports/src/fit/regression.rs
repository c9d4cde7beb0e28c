//! The most likely coefficients, where residuals follow Student's t distribution.

/// Degrees of freedom of the residuals' distribution: few, for long tails; the customary four.
pub(super) const FREEDOM: f64 = 4.0;

/// The smallest scale of that distribution. Costs that differ by so little, three in ten thousand, are the same.
const FINEST: f64 = 3e-4;

/// The most rounds in which the scale and the weights are found, each from the other.
const ROUNDS: u32 = 60;

/// A point as the fits see it: the terms of the law at its size, each divided by the cost.
pub(super) type Row = [f64; 3];

/// Twice the negative logarithm of the largest likelihood, but for a constant, and the coefficients that have it, by
/// expectation and maximisation. None where the columns depend on each other.
pub(super) fn fit(rows: &[Row], subset: &[usize]) -> Option<(f64, [f64; 3])> {
    let (mut weights, mut deviance) = (vec![1.0; rows.len()], f64::INFINITY);
    let mut coefficients = [0.0; 3];
    for _ in 0..ROUNDS {
        coefficients = least_squares(rows, &weights, subset)?;
        let squares: Vec<f64> = squares(rows, coefficients).collect();
        let weighted: f64 = squares.iter().zip(&weights).map(|(s, w)| s * w).sum();
        let scale = (weighted / count(rows.len())).max(FINEST * FINEST);
        let distances = squares.iter().map(|square| square / scale / FREEDOM);
        let terms = distances
            .clone()
            .map(|distance| (FREEDOM + 1.0).mul_add(distance.ln_1p(), scale.ln()));
        let before = std::mem::replace(&mut deviance, terms.sum());
        if (before - deviance).abs() < 1e-6 {
            break;
        }
        weights = distances
            .map(|distance| (FREEDOM + 1.0) / FREEDOM / (1.0 + distance))
            .collect();
    }
    Some((deviance, coefficients))
}

/// The squared residuals, which are relative to the costs.
fn squares(rows: &[Row], [a, b, c]: [f64; 3]) -> impl Iterator<Item = f64> {
    let residuals = rows
        .iter()
        .map(move |[x, y, z]| a * x + b * y + c * z - 1.0);
    residuals.map(|residual| residual * residual)
}

/// Their mean.
pub(super) fn mean_square(rows: &[Row], coefficients: [f64; 3]) -> f64 {
    squares(rows, coefficients).sum::<f64>() / count(rows.len())
}

/// A number of points.
#[expect(clippy::cast_precision_loss)] // They are few.
pub(super) fn count(points: usize) -> f64 {
    points as f64
}

/// The coefficients of the columns in `subset`, 0 for the others, whose combination is nearest to 1 in all rows, each
/// with its weight; by modified Gram-Schmidt, which does without the squared condition of the normal equations. None where the columns
/// depend on each other.
fn least_squares(rows: &[Row], weights: &[f64], subset: &[usize]) -> Option<[f64; 3]> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let roots: Vec<f64> = weights.iter().map(|weight| weight.sqrt()).collect();
    let mut right = roots.clone();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    // The upper triangle, by columns, and the right side.
    let (mut triangle, mut sides) = ([[0.0; 3]; 3], [0.0; 3]);
    for (place, &column) in subset.iter().enumerate() {
        let weighted = rows.iter().zip(&roots);
        let mut vector: Vec<f64> = weighted.map(|(row, root)| row[column] * root).collect();
        let length = dot(&vector, &vector).sqrt();
        for (earlier, unit) in basis.iter().enumerate() {
            let share = dot(&vector, unit);
            triangle[place][earlier] = share;
            vector
                .iter_mut()
                .zip(unit)
                .for_each(|(v, u)| *v -= share * u);
        }
        let rest = dot(&vector, &vector).sqrt();
        if rest <= 1e-12 * length {
            return None;
        }
        triangle[place][place] = rest;
        for v in &mut vector {
            *v /= rest;
        }
        sides[place] = dot(&right, &vector);
        right
            .iter_mut()
            .zip(&vector)
            .for_each(|(r, u)| *r -= sides[place] * u);
        basis.push(vector);
    }
    let mut found = [0.0; 3];
    for (place, &column) in subset.iter().enumerate().rev() {
        let later = subset.iter().enumerate().skip(place + 1);
        let known: f64 = later
            .map(|(at, &column)| triangle[at][place] * found[column])
            .sum();
        found[column] = (sides[place] - known) / triangle[place][place];
    }
    Some(found)
}
