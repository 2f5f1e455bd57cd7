/** Under which spellings Python has a name, and whether its objects may be given a state. */
interface AllowedName {
  name: string;
  spellings: string[];
  state: boolean;
}

const INDEX_MODULES: Record<string, string> = {
  Index: "base",
  RangeIndex: "range",
  DatetimeIndex: "datetimes",
  TimedeltaIndex: "timedeltas",
  PeriodIndex: "period",
  CategoricalIndex: "category",
  IntervalIndex: "interval",
  MultiIndex: "multi",
  Int64Index: "numeric",
  UInt64Index: "numeric",
  Float64Index: "numeric",
  NumericIndex: "numeric",
};

const ARRAY_MODULES: Record<string, string> = {
  DatetimeArray: "datetimes",
  TimedeltaArray: "timedeltas",
  PeriodArray: "period",
  IntegerArray: "integer",
  FloatingArray: "floating",
  BooleanArray: "boolean",
  StringArray: "string_",
  ArrowStringArray: "string_arrow",
  ArrowStringArrayNumpySemantics: "string_arrow",
  ArrowExtensionArray: "arrow.array",
  IntervalArray: "interval",
  SparseArray: "sparse.array",
};

const INTEGER_TYPES = ["Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64"];

const OFFSETS = [
  ...["Day", "Hour", "Minute", "Second", "Milli", "Micro", "Nano", "DateOffset", "BusinessDay", "BusinessHour"],
  ...["MonthEnd", "MonthBegin", "BusinessMonthEnd", "BusinessMonthBegin", "SemiMonthEnd", "SemiMonthBegin"],
  ...["QuarterEnd", "QuarterBegin", "BQuarterEnd", "BQuarterBegin", "YearEnd", "YearBegin", "BYearEnd", "BYearBegin"],
  ...["Week", "WeekOfMonth", "LastWeekOfMonth", "Easter"],
];

const plain = (name: string, ...spellings: string[]): AllowedName => ({ name, spellings, state: false });
const stateful = (name: string, ...spellings: string[]): AllowedName => ({ name, spellings, state: true });
const builtin = (name: string) => plain(name, `builtins.${name}`, `__builtin__.${name}`);
const numpy = (name: string, make = plain) => make(name, `numpy._core.${name}`, `numpy.core.${name}`);
const pandasType = (name: string, ...modules: string[]) =>
  stateful(name, `pandas.${name}`, ...modules.map((module) => `pandas.core.${module}.${name}`));

const ALLOWED: AllowedName[] = [
  ...["set", "frozenset", "bytes", "bytearray", "complex", "slice", "getattr", "list", "dict", "int", "float"].map(
    builtin,
  ),
  ...["tuple", "str", "bool", "object"].map(builtin),
  plain("_codecs.encode", "_codecs.encode"),
  plain("copyreg._reconstructor", "copyreg._reconstructor", "copy_reg._reconstructor"),
  ...["OrderedDict", "defaultdict", "Counter"].map((name) => plain(name, `collections.${name}`)),
  ...["date", "datetime", "time", "timedelta", "timezone"].map((name) => plain(`datetime.${name}`, `datetime.${name}`)),
  plain("Decimal", "decimal.Decimal", "_decimal.Decimal", "cdecimal.Decimal"),
  plain("Fraction", "fractions.Fraction"),
  stateful("UUID", "uuid.UUID"),
  plain("SafeUUID", "uuid.SafeUUID"),
  plain("pytz.UTC", "pytz._UTC"),
  plain("pytz.zone", "pytz._p"),
  plain("pytz.FixedOffset", "pytz.FixedOffset", "pytz._FixedOffset"),
  plain("ZoneInfo", "zoneinfo.ZoneInfo", "backports.zoneinfo.ZoneInfo"),
  plain("tzutc", "dateutil.tz.tz.tzutc"),

  stateful("numpy.ndarray", "numpy.ndarray"),
  stateful("numpy.dtype", "numpy.dtype"),
  numpy("multiarray._reconstruct", stateful),
  numpy("multiarray.scalar"),
  numpy("numeric._frombuffer"),

  pandasType("DataFrame", "frame"),
  pandasType("Series", "series"),
  stateful("BlockManager", "pandas.core.internals.managers.BlockManager", "pandas.core.internals.BlockManager"),
  stateful(
    "SingleBlockManager",
    "pandas.core.internals.managers.SingleBlockManager",
    "pandas.core.internals.SingleBlockManager",
  ),
  plain("_unpickle_block", "pandas._libs.internals._unpickle_block", "pandas.core.internals.blocks._unpickle_block"),
  plain("FrozenList", "pandas.core.indexes.frozen.FrozenList"),
  ...Object.entries(INDEX_MODULES).map(([name, module]) =>
    stateful(name, `pandas.${name}`, `pandas.core.indexes.${module}.${name}`),
  ),
  plain("_new_Index", "pandas.core.indexes.base._new_Index"),
  plain("_new_DatetimeIndex", "pandas.core.indexes.datetimes._new_DatetimeIndex"),
  plain("_new_PeriodIndex", "pandas.core.indexes.period._new_PeriodIndex"),
  plain("_new_IntervalIndex", "pandas.core.indexes.interval._new_IntervalIndex"),

  ...Object.entries(ARRAY_MODULES).map(([name, module]) =>
    stateful(name, `pandas.arrays.${name}`, `pandas.core.arrays.${module}.${name}`),
  ),
  pandasType("Categorical", "arrays.categorical"),
  stateful(
    "NumpyExtensionArray",
    "pandas.arrays.NumpyExtensionArray",
    "pandas.core.arrays.numpy_.NumpyExtensionArray",
    "pandas.core.arrays.numpy_.PandasArray",
  ),
  stateful("NDArrayBacked", "pandas._libs.arrays.__pyx_unpickle_NDArrayBacked"),
  stateful("IntervalMixin", "pandas._libs.interval.__pyx_unpickle_IntervalMixin"),
  plain("IntIndex", "pandas._libs.sparse.IntIndex"),
  plain("BlockIndex", "pandas._libs.sparse.BlockIndex"),

  pandasType("CategoricalDtype", "dtypes.dtypes"),
  pandasType("DatetimeTZDtype", "dtypes.dtypes"),
  pandasType("IntervalDtype", "dtypes.dtypes"),
  pandasType("PeriodDtype", "dtypes.dtypes"),
  pandasType("ArrowDtype", "dtypes.dtypes", "arrays.arrow.dtype"),
  pandasType("SparseDtype", "dtypes.dtypes", "arrays.sparse.dtype"),
  pandasType("StringDtype", "arrays.string_"),
  pandasType("BooleanDtype", "arrays.boolean"),
  ...INTEGER_TYPES.map((name) => pandasType(`${name}Dtype`, "arrays.integer")),
  ...["Float32", "Float64"].map((name) => pandasType(`${name}Dtype`, "arrays.floating")),

  plain("NA", "pandas.NA", "pandas._libs.missing.NA"),
  plain("NaT", "pandas._libs.tslibs.nattype._nat_unpickle", "pandas._libs.tslibs.nattype.__nat_unpickle"),
  plain(
    "Timestamp",
    "pandas.Timestamp",
    "pandas._libs.tslibs.timestamps.Timestamp",
    "pandas._libs.tslibs.timestamps._unpickle_timestamp",
  ),
  plain(
    "Timedelta",
    "pandas.Timedelta",
    "pandas._libs.tslibs.timedeltas.Timedelta",
    "pandas._libs.tslibs.timedeltas._timedelta_unpickle",
  ),
  stateful("Period", "pandas.Period", "pandas._libs.tslibs.period.Period"),
  stateful("Interval", "pandas.Interval", "pandas._libs.interval.Interval"),
  ...OFFSETS.map((name) =>
    stateful(`offsets.${name}`, `pandas._libs.tslibs.offsets.${name}`, `pandas.tseries.offsets.${name}`),
  ),

  plain("arrow.array", "pyarrow.lib._restore_array"),
  plain("arrow.buffer", "pyarrow.lib.py_buffer"),
  plain("arrow.type", "pyarrow.lib.type_for_alias"),
  plain("arrow.timestamp", "pyarrow.lib.timestamp"),
  plain("arrow.chunked", "pyarrow.lib.chunked_array"),
];

const BY_SPELLING = new Map(
  ALLOWED.flatMap((allowed) => allowed.spellings.map((spelling) => [spelling, allowed.name])),
);
const WITH_STATE = new Set(ALLOWED.filter(({ state }) => state).map(({ name }) => name));

/** Our name for a name of Python, null for one that is not read. */
export const allowedName = (spelling: string): string | null => BY_SPELLING.get(spelling) ?? null;

/** Whether objects of this name, ours, may be given a state. */
export const takesState = (name: string): boolean => WITH_STATE.has(name);
