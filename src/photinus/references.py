"""The bibliography: every model, formula and measure of photinus names its source by a key of this page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from photinus.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Reference:
    """One source: authors, title, where it appeared, year, and a DOI or arXiv number where known."""

    key: str
    authors: str
    title: str
    journal: str
    year: int

    def __str__(self) -> str:
        return f"{self.authors}, “{self.title}”, {self.journal} ({self.year})."


def _entry(key: str, authors: str, title: str, journal: str, year: int) -> tuple[str, Reference]:
    return key, Reference(key, authors, title, journal, year)


BIBLIOGRAPHY: dict[str, Reference] = dict(
    [
        _entry("Lee2013", "T. E. Lee, H. R. Sadeghpour", "Quantum synchronization of quantum van der Pol oscillators "
               "with trapped ions", "Phys. Rev. Lett. 111, 234101", 2013),
        _entry("Walter2014", "S. Walter, A. Nunnenkamp, C. Bruder", "Quantum synchronization of a driven "
               "self-sustained oscillator", "Phys. Rev. Lett. 112, 094102", 2014),
        _entry("Lee2014", "T. E. Lee, C.-K. Chan, S. Wang", "Entanglement tongue and quantum synchronization of "
               "disordered oscillators", "Phys. Rev. E 89, 022913", 2014),
        _entry("Sonar2018", "S. Sonar, M. Hajdušek, M. Mukherjee, R. Fazio, V. Vedral, S. Vinjanampathy, L.-C. Kwek",
               "Squeezing enhances quantum synchronization", "Phys. Rev. Lett. 120, 163601", 2018),
        _entry("Loerch2016", "N. Lörch, E. Amitai, A. Nunnenkamp, C. Bruder", "Genuine quantum signatures in "
               "synchronization of anharmonic self-oscillators", "Phys. Rev. Lett. 117, 073601", 2016),
        _entry("Roulet2018", "A. Roulet, C. Bruder", "Synchronizing the smallest possible system",
               "Phys. Rev. Lett. 121, 053601", 2018),
        _entry("RouletPair2018", "A. Roulet, C. Bruder", "Quantum synchronization and entanglement generation",
               "Phys. Rev. Lett. 121, 063601", 2018),
        _entry("Dodonov1997", "V. V. Dodonov, S. S. Mizrahi", "Exact stationary photon distributions due to "
               "competition between one- and two-photon absorption and emission", "J. Phys. A 30, 5657", 1997),
        _entry("Pegg1989", "D. T. Pegg, S. M. Barnett", "Phase properties of the quantized single-mode "
               "electromagnetic field", "Phys. Rev. A 39, 1665", 1989),
        _entry("Adler1946", "R. Adler", "A study of locking phenomena in oscillators", "Proc. IRE 34, 351", 1946),
        _entry("Hush2015", "M. R. Hush, W. Li, S. Genway, I. Lesanovsky, A. D. Armour", "Spin correlations as a probe "
               "of quantum synchronization in trapped-ion phonon lasers", "Phys. Rev. A 91, 061401(R)", 2015),
        _entry("Mari2013", "A. Mari, A. Farace, N. Didier, V. Giovannetti, R. Fazio", "Measures of quantum "
               "synchronization in continuous variable systems", "Phys. Rev. Lett. 111, 103605", 2013),
        _entry("Etienney2025", "P.-L. Etienney, R. Robin, P. Rouchon", "A posteriori error estimates for the Lindblad "
               "master equation", "arXiv:2501.09607", 2025),
        _entry("Lindblad1976", "G. Lindblad", "On the generators of quantum dynamical semigroups",
               "Commun. Math. Phys. 48, 119", 1976),
        _entry("Buca2012", "B. Buča, T. Prosen", "A note on symmetry reductions of the Lindblad equation: transport in "
               "constrained open spin chains", "New J. Phys. 14, 073007", 2012),
        _entry("Ameri2015", "V. Ameri, M. Eghbali-Arani, A. Mari, A. Farace, F. Kheirandish, V. Giovannetti, R. Fazio",
               "Mutual information as an order parameter for quantum synchronization", "Phys. Rev. A 91, 012301", 2015),
        _entry("Jaseem2020", "N. Jaseem, M. Hajdušek, P. Solanki, L.-C. Kwek, R. Fazio, S. Vinjanampathy",
               "Generalized measure of quantum synchronization", "Phys. Rev. Research 2, 043287", 2020),
        _entry("Vaccaro2008", "J. A. Vaccaro, F. Anselmi, H. M. Wiseman, K. Jacobs", "Tradeoff between extractable "
               "mechanical work, accessible entanglement, and ability to act as a reference system, under arbitrary "
               "superselection rules", "Phys. Rev. A 77, 032114", 2008),
        _entry("Gour2009", "G. Gour, I. Marvian, R. W. Spekkens", "Measuring the quality of a quantum reference frame: "
               "the relative entropy of frameness", "Phys. Rev. A 80, 012307", 2009),
        _entry("Wigner1963", "E. P. Wigner, M. M. Yanase", "Information contents of distributions",
               "Proc. Natl. Acad. Sci. USA 49, 910", 1963),
        _entry("Baumgratz2014", "T. Baumgratz, M. Cramer, M. B. Plenio", "Quantifying coherence",
               "Phys. Rev. Lett. 113, 140401", 2014),
        _entry("Kuramoto1984", "Y. Kuramoto", "Chemical Oscillations, Waves, and Turbulence", "Springer", 1984),
        _entry("Xu2014", "M. Xu, D. A. Tieri, E. C. Fine, J. K. Thompson, M. J. Holland", "Synchronization of two "
               "ensembles of atoms", "Phys. Rev. Lett. 113, 154101", 2014),
        _entry("Vidal2002", "G. Vidal, R. F. Werner", "Computable measure of entanglement",
               "Phys. Rev. A 65, 032314", 2002),
        _entry("Plenio2005", "M. B. Plenio", "Logarithmic negativity: a full entanglement monotone that is not convex",
               "Phys. Rev. Lett. 95, 090503", 2005),
        _entry("Wootters1998", "W. K. Wootters", "Entanglement of formation of an arbitrary state of two qubits",
               "Phys. Rev. Lett. 80, 2245", 1998),
        _entry("Ollivier2001", "H. Ollivier, W. H. Zurek", "Quantum discord: a measure of the quantumness of "
               "correlations", "Phys. Rev. Lett. 88, 017901", 2001),
        _entry("Adesso2010", "G. Adesso, A. Datta", "Quantum versus classical correlations in Gaussian states",
               "Phys. Rev. Lett. 105, 030501", 2010),
        _entry("Adesso2012", "G. Adesso, D. Girolami, A. Serafini", "Measuring Gaussian quantum information and "
               "correlations using the Rényi entropy of order 2", "Phys. Rev. Lett. 109, 190502", 2012),
        _entry("Manzano2013", "G. Manzano, F. Galve, G. L. Giorgi, E. Hernández-García, R. Zambrini",
               "Synchronization, quantum correlations and entanglement in oscillator networks",
               "Sci. Rep. 3, 1439", 2013),
        _entry("Susskind1964", "L. Susskind, J. Glogower", "Quantum mechanical phase and time operator",
               "Physics 1, 49", 1964),
        _entry("Carruthers1968", "P. Carruthers, M. M. Nieto", "Phase and angle variables in quantum mechanics",
               "Rev. Mod. Phys. 40, 411", 1968),
        _entry("Cahill1969", "K. E. Cahill, R. J. Glauber", "Density operators and quasiprobability distributions",
               "Phys. Rev. 177, 1882", 1969),
        _entry("Garraway1992", "B. M. Garraway, P. L. Knight", "Quantum phase distributions and quasidistributions",
               "Phys. Rev. A 46, R5346", 1992),
        _entry("LuisSanchezSoto1993", "A. Luis, L. L. Sánchez-Soto", "Phase-difference operator",
               "Phys. Rev. A 48, 4702", 1993),
        _entry("Kubo1957", "R. Kubo", "Statistical-mechanical theory of irreversible processes. I. General theory and "
               "simple applications to magnetic and conduction problems", "J. Phys. Soc. Jpn. 12, 570", 1957),
        _entry("Albert2016", "V. V. Albert, B. Bradlyn, M. Fraas, L. Jiang", "Geometry and response of Lindbladians",
               "Phys. Rev. X 6, 041031", 2016),
        _entry("Lax1963", "M. Lax", "Formal theory of quantum fluctuations from a driven state", "Phys. Rev. 129, 2342",
               1963),
        _entry("Glauber1963", "R. J. Glauber", "The quantum theory of optical coherence", "Phys. Rev. 130, 2529", 1963),
        _entry("Mollow1969", "B. R. Mollow", "Power spectrum of light scattered by two-level systems",
               "Phys. Rev. 188, 1969", 1969),
        _entry("Ruhe1984", "A. Ruhe", "Rational Krylov sequence methods for eigenvalue computation",
               "Linear Algebra Appl. 58, 391", 1984),
        _entry("Simoncini2003", "V. Simoncini, D. B. Szyld", "Theory of inexact Krylov subspace methods and "
               "applications to scientific computing", "SIAM J. Sci. Comput. 25, 454", 2003),
        _entry("Frommer1998", "A. Frommer, U. Glässner", "Restarted GMRES for shifted linear systems",
               "SIAM J. Sci. Comput. 19, 15", 1998),
        _entry("Dalibard1992", "J. Dalibard, Y. Castin, K. Mølmer", "Wave-function approach to dissipative processes "
               "in quantum optics", "Phys. Rev. Lett. 68, 580", 1992),
        _entry("Dum1992", "R. Dum, P. Zoller, H. Ritsch", "Monte Carlo simulation of the atomic master equation for "
               "spontaneous emission", "Phys. Rev. A 45, 4879", 1992),
        _entry("Wiseman1993", "H. M. Wiseman, G. J. Milburn", "Quantum theory of field-quadrature measurements",
               "Phys. Rev. A 47, 642", 1993),
        _entry("Ninomiya2008", "S. Ninomiya, N. Victoir", "Weak approximation of stochastic differential equations and "
               "application to derivative pricing", "Appl. Math. Finance 15, 107", 2008),
        _entry("Salmon2011", "J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw", "Parallel random numbers: as easy "
               "as 1, 2, 3", "Proc. SC11, 16", 2011),
        _entry("Saad1992", "Y. Saad", "Analysis of some Krylov subspace approximations to the matrix exponential "
               "operator", "SIAM J. Numer. Anal. 29, 209", 1992),
        _entry("Hairer1993", "E. Hairer, S. P. Nørsett, G. Wanner", "Solving Ordinary Differential Equations I: "
               "Nonstiff Problems", "Springer", 1993),
        _entry("Hairer1996", "E. Hairer, G. Wanner", "Solving Ordinary Differential Equations II: Stiff and "
               "Differential-Algebraic Problems", "Springer", 1996),
        _entry("Kato1966", "T. Kato", "Perturbation Theory for Linear Operators", "Springer", 1966),
        _entry("Frigerio1978", "A. Frigerio", "Stationary states of quantum dynamical semigroups",
               "Commun. Math. Phys. 63, 269", 1978),
        _entry("Briegel1993", "H.-J. Briegel, B.-G. Englert", "Quantum optical master equations: the use of damping "
               "bases", "Phys. Rev. A 47, 3311", 1993),
        _entry("Sleijpen1996", "G. L. G. Sleijpen, H. A. van der Vorst", "A Jacobi-Davidson iteration method for "
               "linear eigenvalue problems", "SIAM J. Matrix Anal. Appl. 17, 401", 1996),
        _entry("Giorgi2012", "G. L. Giorgi, F. Galve, G. Manzano, P. Colet, R. Zambrini", "Quantum correlations and "
               "mutual synchronization", "Phys. Rev. A 85, 052101", 2012),
        _entry("FossFeig2012", "M. Foss-Feig, A. J. Daley, J. K. Thompson, A. M. Rey", "Steady-state many-body "
               "entanglement of hot reactive fermions", "Phys. Rev. Lett. 109, 230501", 2012),
        _entry("Macieszczak2016", "K. Macieszczak, M. Guţă, I. Lesanovsky, J. P. Garrahan", "Towards a theory of "
               "metastability in open quantum dynamics", "Phys. Rev. Lett. 116, 240404", 2016),
        _entry("Bellomo2017", "B. Bellomo, G. L. Giorgi, G. M. Palma, R. Zambrini", "Quantum synchronization as a "
               "local signature of super- and subradiance", "Phys. Rev. A 95, 043807", 2017),
        _entry("Minganti2018", "F. Minganti, A. Biella, N. Bartolo, C. Ciuti", "Spectral theory of Liouvillians for "
               "dissipative phase transitions", "Phys. Rev. A 98, 042118", 2018),
        _entry("Iemini2018", "F. Iemini, A. Russomanno, J. Keeling, M. Schirò, M. Dalmonte, R. Fazio", "Boundary time "
               "crystals", "Phys. Rev. Lett. 121, 035301", 2018),
        _entry("Hajdusek2022", "M. Hajdušek, P. Solanki, R. Fazio, S. Vinjanampathy", "Seeding crystallization in time",
               "Phys. Rev. Lett. 128, 080603", 2022),
        _entry("Buca2019", "B. Buča, J. Tindall, D. Jaksch", "Non-stationary coherent quantum many-body dynamics "
               "through dissipation", "Nat. Commun. 10, 1730", 2019),
        _entry("Minganti2019", "F. Minganti, A. Miranowicz, R. W. Chhajlany, F. Nori", "Quantum exceptional points of "
               "non-Hermitian Hamiltonians and Liouvillians: the effects of quantum jumps", "Phys. Rev. A 100, 062131",
               2019),
        _entry("Buca2022", "B. Buča, C. Booker, D. Jaksch", "Algebraic theory of quantum synchronization and limit "
               "cycles under dissipation", "SciPost Phys. 12, 097", 2022),
        _entry("Kubo1962", "R. Kubo", "Generalized cumulant expansion method", "J. Phys. Soc. Jpn. 17, 1100", 1962),
        _entry("Chase2008", "B. A. Chase, J. M. Geremia", "Collective processes of an ensemble of spin-1/2 particles",
               "Phys. Rev. A 78, 052101", 2008),
        _entry("Shammah2018", "N. Shammah, S. Ahmed, N. Lambert, S. De Liberato, F. Nori", "Open quantum systems with "
               "local and collective incoherent processes: Efficient numerical simulations using permutational "
               "invariance", "Phys. Rev. A 98, 063815", 2018),
        _entry("PuriLawande1979", "R. R. Puri, S. V. Lawande", "Exact steady-state density operator for a collective "
               "atomic system in an external field", "Phys. Lett. A 72, 200", 1979),
        _entry("Meiser2009", "D. Meiser, J. Ye, D. R. Carlson, M. J. Holland", "Prospects for a millihertz-linewidth "
               "laser", "Phys. Rev. Lett. 102, 163601", 2009),
        _entry("Plankensteiner2022", "D. Plankensteiner, C. Hotter, H. Ritsch", "QuantumCumulants.jl: A Julia "
               "framework for generalized mean-field equations in open quantum systems", "Quantum 6, 617", 2022),
        _entry("Carmichael1999", "H. J. Carmichael", "Statistical Methods in Quantum Optics 1: Master Equations and "
               "Fokker-Planck Equations", "Springer", 1999),
        _entry("Kloeden1992", "P. E. Kloeden, E. Platen", "Numerical Solution of Stochastic Differential Equations",
               "Springer", 1992),
        _entry("Schachenmayer2015", "J. Schachenmayer, A. Pikovski, A. M. Rey", "Many-body quantum spin dynamics with "
               "Monte Carlo trajectories on a discrete phase space", "Phys. Rev. X 5, 011022", 2015),
        _entry("Huber2021", "J. Huber, P. Kirton, P. Rabl", "Phase-space methods for simulating the dissipative "
               "many-body dynamics of collective spin systems", "SciPost Phys. 10, 045", 2021),
        _entry("Steel1998", "M. J. Steel, M. K. Olsen, L. I. Plimak, P. D. Drummond, S. M. Tan, M. J. Collett, "
               "D. F. Walls, R. Graham", "Dynamical quantum noise in trapped Bose-Einstein condensates",
               "Phys. Rev. A 58, 4824", 1998),
        _entry("Schirmer2010", "S. G. Schirmer, X. Wang", "Stabilizing open quantum systems by Markovian reservoir "
               "engineering", "Phys. Rev. A 81, 062306", 2010),
        _entry("Gorini1976", "V. Gorini, A. Kossakowski, E. C. G. Sudarshan", "Completely positive dynamical "
               "semigroups of N-level systems", "J. Math. Phys. 17, 821", 1976),
        _entry("Kato2019", "Y. Kato, N. Yamamoto, H. Nakao", "Semiclassical phase reduction theory of quantum "
               "synchronization", "Phys. Rev. Research 1, 033012", 2019),
        _entry("Allgower1990", "E. L. Allgower, K. Georg", "Numerical Continuation Methods", "Springer", 1990),
        _entry("Stratonovich1967", "R. L. Stratonovich", "Topics in the Theory of Random Noise, vol. II",
               "Gordon and Breach", 1967),
        _entry("Kramers1940", "H. A. Kramers", "Brownian motion in a field of force and the diffusion model of "
               "chemical reactions", "Physica 7, 284", 1940),
        _entry("Reimann2001", "P. Reimann, C. Van den Broeck, H. Linke, P. Hänggi, J. M. Rubi, A. Pérez-Madrid",
               "Giant acceleration of free diffusion by use of tilted periodic potentials",
               "Phys. Rev. Lett. 87, 010602", 2001),
        _entry("Brown2004", "E. Brown, J. Moehlis, P. Holmes", "On the phase reduction and response dynamics of neural "
               "oscillator populations", "Neural Comput. 16, 673", 2004),
        _entry("Flindt2010", "C. Flindt, T. Novotný, A. Braggio, A.-P. Jauho", "Counting statistics of transport "
               "through Coulomb blockade nanostructures: High-order cumulants and non-Markovian effects",
               "Phys. Rev. B 82, 155407", 2010),
        _entry("Levitov1996", "L. S. Levitov, H. Lee, G. B. Lesovik", "Electron counting statistics and coherent "
               "states of electric current", "J. Math. Phys. 37, 4845", 1996),
        _entry("Spohn1978", "H. Spohn", "Entropy production for quantum dynamical semigroups", "J. Math. Phys. "
               "19, 1227",
               1978),
        _entry("Schnakenberg1976", "J. Schnakenberg", "Network theory of microscopic and macroscopic behavior of "
               "master equation systems", "Rev. Mod. Phys. 48, 571", 1976),
        _entry("Alicki1979", "R. Alicki", "The quantum open system as a model of the heat engine", "J. Phys. A "
               "12, L103",
               1979),
        _entry("Levy2014", "A. Levy, R. Kosloff", "The local approach to quantum transport may violate the second law "
               "of thermodynamics", "EPL 107, 20004", 2014),
        _entry("Barra2015", "F. Barra", "The thermodynamic cost of driving quantum systems by their boundaries",
               "Sci. Rep. 5, 14873", 2015),
        _entry("DeChiara2018", "G. De Chiara, G. Landi, A. Hewgill, B. Reid, A. Ferraro, A. J. Roncaglia, M. Antezza",
               "Reconciliation of quantum local master equations with thermodynamics", "New J. Phys. 20, 113024", 2018),
        _entry("Horowitz2013", "J. M. Horowitz, J. M. R. Parrondo", "Entropy production along nonequilibrium quantum "
               "jump trajectories", "New J. Phys. 15, 085028", 2013),
        _entry("BaratoSeifert2015", "A. C. Barato, U. Seifert", "Thermodynamic uncertainty relation for biomolecular "
               "processes", "Phys. Rev. Lett. 114, 158101", 2015),
        _entry("DiTerlizzi2019", "I. Di Terlizzi, M. Baiesi", "Kinetic uncertainty relation", "J. Phys. A 52, 02LT03",
               2019),
        _entry("Hasegawa2020", "Y. Hasegawa", "Quantum thermodynamic uncertainty relation for continuous measurement",
               "Phys. Rev. Lett. 125, 050601", 2020),
        _entry("Mandel1979", "L. Mandel", "Sub-Poissonian photon statistics in resonance fluorescence", "Opt. Lett. 4, "
               "205", 1979),
        _entry("Davies1974", "E. B. Davies", "Markovian master equations", "Commun. Math. Phys. 39, 91", 1974),
        _entry("BreuerPetruccione2002", "H.-P. Breuer, F. Petruccione", "The Theory of Open Quantum Systems",
               "Oxford University Press", 2002),
        _entry("Trushechkin2021", "A. Trushechkin", "Unified Gorini-Kossakowski-Lindblad-Sudarshan quantum master "
               "equation beyond the secular approximation", "Phys. Rev. A 103, 062226", 2021),
        _entry("Scovil1959", "H. E. D. Scovil, E. O. Schulz-DuBois", "Three-level masers as heat engines",
               "Phys. Rev. Lett. 2, 262", 1959),
        _entry("JaseemMaser2020", "N. Jaseem, M. Hajdušek, V. Vedral, R. Fazio, L.-C. Kwek, S. Vinjanampathy",
               "Quantum synchronization in nanoscale heat engines", "Phys. Rev. E 101, 020201(R)", 2020),
        _entry("Murtadho2023", "T. Murtadho, S. Vinjanampathy, J. Thingna", "Cooperation and competition in "
               "synchronous "
               "open quantum systems", "Phys. Rev. Lett. 131, 030401", 2023),
        _entry("Allahverdyan2004", "A. E. Allahverdyan, R. Balian, T. M. Nieuwenhuizen", "Maximal work extraction from "
               "finite quantum systems", "Europhys. Lett. 67, 565", 2004),
        _entry("BenArosh2021", "L. Ben Arosh, M. C. Cross, R. Lifshitz", "Quantum limit cycles and the Rayleigh and "
               "van der Pol oscillators", "Phys. Rev. Research 3, 013130", 2021),
        _entry("Lienard1928", "A. Liénard", "Étude des oscillations entretenues",
               "Revue générale de l'électricité 23, 901", 1928),
        _entry("Minganti2016", "F. Minganti, N. Bartolo, J. Lolli, W. Casteels, C. Ciuti", "Exact results for "
               "Schrödinger cats in driven-dissipative systems and their feedback control", "Sci. Rep. 6, 26987", 2016),
        _entry("Marquardt2006", "F. Marquardt, J. G. E. Harris, S. M. Girvin", "Dynamical multistability induced by "
               "radiation pressure in high-finesse micromechanical optical cavities", "Phys. Rev. Lett. 96, 103901",
               2006),
        _entry("Ludwig2013", "M. Ludwig, F. Marquardt", "Quantum many-body dynamics in optomechanical arrays",
               "Phys. Rev. Lett. 111, 073603", 2013),
        _entry("Scully1967", "M. O. Scully, W. E. Lamb", "Quantum theory of an optical maser. I. General theory",
               "Phys. Rev. 159, 208", 1967),
        _entry("Kato2024", "Y. Kato, H. Nakao", "Quantum spin van der Pol oscillator: a spin-based limit-cycle "
               "oscillator exhibiting quantum synchronization", "arXiv:2409.08791", 2024),
        _entry("Sakaguchi1988", "H. Sakaguchi", "Cooperative phenomena in coupled oscillator systems under external "
               "fields", "Prog. Theor. Phys. 79, 39", 1988),
        _entry("Goreinov1997", "S. A. Goreinov, E. E. Tyrtyshnikov, N. L. Zamarashkin", "A theory of pseudoskeleton "
               "approximations", "Linear Algebra Appl. 261, 1", 1997),
        _entry("Blackman2021", "D. Blackman, S. Vigna", "Scrambled linear pseudorandom number generators",
               "ACM Trans. Math. Softw. 47, 36", 2021),
        _entry("Garraway1997", "B. M. Garraway", "Nonperturbative decay of an atomic system in a cavity",
               "Phys. Rev. A 55, 2290", 1997),
        _entry("Tamascelli2018", "D. Tamascelli, A. Smirne, S. F. Huelga, M. B. Plenio", "Nonperturbative treatment of "
               "non-Markovian dynamics of open quantum systems", "Phys. Rev. Lett. 120, 030402", 2018),
        _entry("Mascherpa2020", "F. Mascherpa, A. Smirne, A. D. Somoza, P. Fernández-Acebal, S. Donadi, D. Tamascelli, "
               "S. F. Huelga, M. B. Plenio", "Optimized auxiliary oscillators for the simulation of general open "
               "quantum systems", "Phys. Rev. A 101, 052108", 2020),
        _entry("Tanimura1989", "Y. Tanimura, R. Kubo", "Time evolution of a quantum system in contact with a nearly "
               "Gaussian-Markoffian noise bath", "J. Phys. Soc. Jpn. 58, 101", 1989),
        _entry("Lambert2023", "N. Lambert, T. Raheja, S. Cross, P. Menczel, S. Ahmed, A. Pitchford, D. Burgarth, "
               "F. Nori",
               "QuTiP-BoFiN: A bosonic and fermionic numerical hierarchical-equations-of-motion library with "
               "applications in light-harvesting, quantum control, and single-molecule electronics",
               "Phys. Rev. Research 5, 013181", 2023),
        _entry("Leggett1987", "A. J. Leggett, S. Chakravarty, A. T. Dorsey, M. P. A. Fisher, A. Garg, W. Zwerger",
               "Dynamics of the dissipative two-state system", "Rev. Mod. Phys. 59, 1", 1987),
        _entry("Roy1989", "R. Roy, T. Kailath", "ESPRIT: estimation of signal parameters via rotational invariance "
               "techniques", "IEEE Trans. Acoust. Speech Signal Process. 37, 984", 1989),
        _entry("Takahashi2024", "H. Takahashi, S. Rudge, C. Kaspar, M. Thoss, R. Borrelli", "High accuracy exponential "
               "decomposition of bath correlation functions for arbitrary and structured spectral densities",
               "J. Chem. Phys. 160, 204105", 2024),
        _entry("MozgunovLidar2020", "E. Mozgunov, D. Lidar", "Completely positive master equation for arbitrary "
               "driving "
               "and small level spacing", "Quantum 4, 227", 2020),
        _entry("Breuer2002", "H.-P. Breuer, F. Petruccione", "The Theory of Open Quantum Systems",
               "Oxford University Press", 2002),
        _entry("Breuer2009", "H.-P. Breuer, E.-M. Laine, J. Piilo", "Measure for the degree of non-Markovian behavior "
               "of quantum processes in open systems", "Phys. Rev. Lett. 103, 210401", 2009),
        _entry("Rivas2010", "Á. Rivas, S. F. Huelga, M. B. Plenio", "Entanglement and non-Markovianity of quantum "
               "evolutions", "Phys. Rev. Lett. 105, 050403", 2010),
        _entry("Wissmann2012", "S. Wißmann, A. Karlsson, E.-M. Laine, J. Piilo, H.-P. Breuer", "Optimal state pairs "
               "for non-Markovian quantum dynamics", "Phys. Rev. A 86, 062108", 2012),
        _entry("Maniscalco2008", "S. Maniscalco, F. Francica, R. L. Zaffino, N. Lo Gullo, F. Plastina", "Protecting "
               "entanglement via the quantum Zeno effect", "Phys. Rev. Lett. 100, 090503", 2008),
        _entry("Baumgartner2008", "B. Baumgartner, H. Narnhofer", "Analysis of quantum semigroups with GKS-Lindblad "
               "generators: II. General", "J. Phys. A 41, 395303", 2008),
        _entry("Albert2014", "V. V. Albert, L. Jiang", "Symmetries and conserved quantities in Lindblad master "
               "equations", "Phys. Rev. A 89, 022118", 2014),
        _entry("Kraus2008", "B. Kraus, H. P. Büchler, S. Diehl, A. Kantian, A. Micheli, P. Zoller", "Preparation of "
               "entangled states by quantum Markov processes", "Phys. Rev. A 78, 042307", 2008),
        _entry("Diehl2008", "S. Diehl, A. Micheli, A. Kantian, B. Kraus, H. P. Büchler, P. Zoller", "Quantum states "
               "and phases in driven open quantum systems with cold atoms", "Nat. Phys. 4, 878", 2008),
        _entry("Metelmann2015", "A. Metelmann, A. A. Clerk", "Nonreciprocal photon transmission and amplification "
               "via reservoir engineering", "Phys. Rev. X 5, 021025", 2015),
        _entry("Mirrahimi2014", "M. Mirrahimi, Z. Leghtas, V. V. Albert, S. Touzard, R. J. Schoelkopf, L. Jiang, "
               "M. H. Devoret", "Dynamically protected cat-qubits: a new paradigm for universal quantum computation",
               "New J. Phys. 16, 045014", 2014),
        _entry("Helstrom1976", "C. W. Helstrom", "Quantum Detection and Estimation Theory", "Academic Press", 1976),
        _entry("Braunstein1994", "S. L. Braunstein, C. M. Caves", "Statistical distance and the geometry of quantum "
               "states", "Phys. Rev. Lett. 72, 3439", 1994),
        _entry("Carollo2019", "A. Carollo, B. Spagnolo, A. A. Dubkov, D. Valenti", "On quantumness in multi-parameter "
               "quantum estimation", "J. Stat. Mech. 094010", 2019),
        _entry("Gammelmark2014", "S. Gammelmark, K. Mølmer", "Fisher information and the quantum Cramér-Rao "
               "sensitivity limit of continuous measurements", "Phys. Rev. Lett. 112, 170401", 2014),
        _entry("Holevo1982", "A. S. Holevo", "Probabilistic and Statistical Aspects of Quantum Theory", "North-Holland",
               1982),
        _entry("BerryWiseman2000", "D. W. Berry, H. M. Wiseman", "Optimal states and almost optimal adaptive "
               "measurements for quantum interferometry", "Phys. Rev. Lett. 85, 5098", 2000),
        _entry("Bartlett2007", "S. D. Bartlett, T. Rudolph, R. W. Spekkens", "Reference frames, superselection rules, "
               "and quantum information", "Rev. Mod. Phys. 79, 555", 2007),
        _entry("Patra2019", "A. Patra, B. L. Altshuler, E. A. Yuzbashyan", "Driven-dissipative dynamics of atomic "
               "ensembles in a resonant cavity: Nonequilibrium phase diagram and periodically modulated superradiance",
               "Phys. Rev. A 99, 033802", 2019),
        _entry("Wiseman1999", "H. M. Wiseman", "Light amplification without stimulated emission: Beyond the standard "
               "quantum limit to the laser linewidth", "Phys. Rev. A 60, 4083", 1999),
        _entry("SchawlowTownes1958", "A. L. Schawlow, C. H. Townes", "Infrared and optical masers", "Phys. Rev. 112, "
               "1940", 1958),
        _entry("Allan1966", "D. W. Allan", "Statistics of atomic frequency standards", "Proc. IEEE 54, 221", 1966),
        _entry("Erker2017", "P. Erker, M. T. Mitchison, R. Silva, M. P. Woods, N. Brunner, M. Huber", "Autonomous "
               "quantum clocks: does thermodynamics limit our ability to measure time?", "Phys. Rev. X 7, 031022",
               2017),
        _entry("Horowitz2014", "J. M. Horowitz, M. Esposito", "Thermodynamics with continuous information flow",
               "Phys. Rev. X 4, 031015", 2014),
        _entry("Ptaszynski2019", "K. Ptaszyński, M. Esposito", "Thermodynamics of quantum information flows",
               "Phys. Rev. Lett. 122, 150603", 2019),
        _entry("Strasberg2013", "P. Strasberg, G. Schaller, T. Brandes, M. Esposito", "Thermodynamics of a physical "
               "model implementing a Maxwell demon", "Phys. Rev. Lett. 110, 040601", 2013),
        _entry("Barato2014", "A. C. Barato, D. Hartich, U. Seifert", "Efficiency of cellular information processing",
               "New J. Phys. 16, 103024", 2014),
        _entry("Liang2005", "X. S. Liang, R. Kleeman", "Information transfer between dynamical system components",
               "Phys. Rev. Lett. 95, 244101", 2005),
        _entry("Yi2022", "B. Yi, S. Bose", "Quantum Liang information flow as causation quantifier",
               "Phys. Rev. Lett. 129, 020501", 2022),
        _entry("Landauer1961", "R. Landauer", "Irreversibility and heat generation in the computing process",
               "IBM J. Res. Dev. 5, 183", 1961),
        _entry("Reeb2014", "D. Reeb, M. M. Wolf", "An improved Landauer principle with finite-size corrections",
               "New J. Phys. 16, 103011", 2014),
        _entry("Groenewold1971", "H. J. Groenewold", "A problem of information gain by quantal measurements",
               "Int. J. Theor. Phys. 4, 327", 1971),
        _entry("Ozawa1986", "M. Ozawa", "On information gain by quantum measurements of continuous observables",
               "J. Math. Phys. 27, 759", 1986),
        _entry("SagawaUeda2008", "T. Sagawa, M. Ueda", "Second law of thermodynamics with discrete quantum feedback "
               "control", "Phys. Rev. Lett. 100, 080403", 2008),
        _entry("Gardiner1993", "C. W. Gardiner", "Driving a quantum system with the output field from another driven "
               "quantum system", "Phys. Rev. Lett. 70, 2269", 1993),
        _entry("Carmichael1993", "H. J. Carmichael", "Quantum trajectory theory for cascaded open systems",
               "Phys. Rev. Lett. 70, 2273", 1993),
        _entry("Fisher1972", "M. E. Fisher, M. N. Barber", "Scaling theory for finite-size effects in the critical "
               "region", "Phys. Rev. Lett. 28, 1516", 1972),
        _entry("Wegner1972", "F. J. Wegner", "Corrections to scaling laws", "Phys. Rev. B 5, 4529", 1972),
        _entry("Hurvich1989", "C. M. Hurvich, C.-L. Tsai", "Regression and time series model selection in small "
               "samples", "Biometrika 76, 297", 1989),
        _entry("Kuramoto2002", "Y. Kuramoto, D. Battogtokh", "Coexistence of coherence and incoherence in nonlocally "
               "coupled phase oscillators", "Nonlinear Phenom. Complex Syst. 5, 380", 2002),
        _entry("Abrams2004", "D. M. Abrams, S. H. Strogatz", "Chimera states for coupled oscillators",
               "Phys. Rev. Lett. 93, 174102", 2004),
        _entry("Bastidas2015", "V. M. Bastidas, I. Omelchenko, A. Zakharova, E. Schöll, T. Brandes", "Quantum "
               "signatures of chimera states", "Phys. Rev. E 92, 062924", 2015),
        _entry("Gong2018", "Z. Gong, R. Hamazaki, M. Ueda", "Discrete time-crystalline order in cavity and circuit QED "
               "systems", "Phys. Rev. Lett. 120, 040404", 2018),
        _entry("Russomanno2017", "A. Russomanno, F. Iemini, M. Dalmonte, R. Fazio", "Floquet time crystal in the "
               "Lipkin-Meshkov-Glick model", "Phys. Rev. B 95, 214307", 2017),
        _entry("Lipkin1965", "H. J. Lipkin, N. Meshkov, A. J. Glick", "Validity of many-body approximation methods for "
               "a solvable model: (I). Exact solutions and perturbation theory", "Nucl. Phys. 62, 188", 1965),
        _entry("Morrison2008", "S. Morrison, A. S. Parkins", "Dynamical quantum phase transitions in the dissipative "
               "Lipkin-Meshkov-Glick model with proposed realization in optical cavity QED",
               "Phys. Rev. Lett. 100, 040403", 2008),
        _entry("Dicke1954", "R. H. Dicke", "Coherence in spontaneous radiation processes", "Phys. Rev. 93, 99", 1954),
        _entry("Dimer2007", "F. Dimer, B. Estienne, A. S. Parkins, H. J. Carmichael", "Proposed realization of the "
               "Dicke-model quantum phase transition in an optical cavity QED system", "Phys. Rev. A 75, 013804", 2007),
        _entry("Gelfand1950", "I. M. Gelfand, M. L. Tsetlin", "Finite-dimensional representations of the group of "
               "unimodular matrices", "Dokl. Akad. Nauk SSSR 71, 825", 1950),
        _entry("Vilenkin1992", "N. J. Vilenkin, A. U. Klimyk", "Representation of Lie Groups and Special Functions, "
               "volume 3", "Kluwer, Dordrecht", 1992),
        _entry("Gegg2016", "M. Gegg, M. Richter", "Efficient and exact numerical approach for many multi-level systems "
               "in open system CQED", "New J. Phys. 18, 043037", 2016),
    ]
)  # fmt: skip


def cite(thing: Any) -> str:
    """The sources of a model or a result, one a line.

    Parameters
    ----------
    thing : object with ``references``, or str
        A model, a measure or a result; or the key of one source.

    Raises
    ------
    InvalidInput
        For an unknown key.

    Examples
    --------
    >>> import photinus as ph
    >>> print(ph.cite("Adler1946"))
    R. Adler, “A study of locking phenomena in oscillators”, Proc. IRE 34, 351 (1946).
    """
    keys = (thing,) if isinstance(thing, str) else tuple(getattr(thing, "references", ()))
    unknown = [key for key in keys if key not in BIBLIOGRAPHY]
    if unknown:
        raise InvalidInput(
            f"No reference has the key {unknown[0]!r}.", f"Known keys: {', '.join(sorted(BIBLIOGRAPHY))}."
        )
    return "\n".join(str(BIBLIOGRAPHY[key]) for key in keys)
