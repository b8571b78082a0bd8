//! Which vector unit runs.

/// A vector unit that this processor has; made only by detection, so holding one is the proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Isa(pub(crate) Unit);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Unit {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
    #[cfg(target_arch = "aarch64")]
    NeonDot,
}

/// Slowest first.
const UNITS: &[Unit] = &[
    Unit::Scalar,
    #[cfg(target_arch = "x86_64")]
    Unit::Avx2,
    #[cfg(target_arch = "x86_64")]
    Unit::Avx512Vnni,
    #[cfg(target_arch = "aarch64")]
    Unit::NeonDot,
];

impl Isa {
    /// The definition itself, on every processor.
    pub const SCALAR: Self = Self(Unit::Scalar);

    /// Everything this processor has, slowest first; never empty.
    pub fn available() -> impl DoubleEndedIterator<Item = Self> {
        UNITS.iter().filter(|unit| unit.is_detected()).map(|unit| Self(*unit))
    }

    /// The fastest.
    pub fn best() -> Self {
        Self::available().next_back().unwrap_or(Self::SCALAR)
    }

    /// Name for reports.
    pub const fn name(self) -> &'static str {
        match self.0 {
            Unit::Scalar => "scalar",
            #[cfg(target_arch = "x86_64")]
            Unit::Avx2 => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Unit::Avx512Vnni => "AVX-512-VNNI",
            #[cfg(target_arch = "aarch64")]
            Unit::NeonDot => "NEON dot product",
        }
    }

    /// Runs `work` compiled for this unit: loops in it become vector code where the compiler sees how.
    #[inline(always)]
    pub(crate) fn vectorised<R>(self, work: impl FnOnce() -> R) -> R {
        match self.0 {
            Unit::Scalar => work(),
            // SAFETY: the value exists, so the unit was detected.
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "calls code compiled for a detected unit")]
            Unit::Avx2 => unsafe { with_avx2(work) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "calls code compiled for a detected unit")]
            Unit::Avx512Vnni => unsafe { with_avx512(work) },
            // NEON is part of the architecture; the compiler uses it anyway.
            #[cfg(target_arch = "aarch64")]
            Unit::NeonDot => work(),
        }
    }
}

impl Unit {
    fn is_detected(self) -> bool {
        match self {
            Self::Scalar => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni => {
                is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512vnni")
            }
            #[cfg(target_arch = "aarch64")]
            Self::NeonDot => std::arch::is_aarch64_feature_detected!("dotprod"),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn with_avx512<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scalar_path_is_always_there_and_the_best_is_the_last() {
        let all: Vec<Isa> = Isa::available().collect();
        assert_eq!(all[0], Isa::SCALAR);
        assert_eq!(all.last(), Some(&Isa::best()));
        let mut names: Vec<&str> = all.iter().map(|isa| isa.name()).collect();
        names.dedup();
        assert_eq!(names.len(), all.len());
    }
}
