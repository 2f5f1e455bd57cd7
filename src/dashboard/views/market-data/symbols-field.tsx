import { useState } from "preact/hooks";
import { Field } from "../../components/form.tsx";

/** More suggestions than one would read through. */
const SUGGESTED = 50;
/** As many as one request takes. */
const MOST = 1000;

interface SymbolsFieldProps {
  isMany: boolean;
  symbols: string[];
  initial: string;
  errors: Record<string, string>;
}

/** One symbol with suggestions, or a list of them that can be filled by what they are paid in. */
export function SymbolsField({ isMany, symbols, initial, errors }: SymbolsFieldProps) {
  const [text, setText] = useState(initial);
  if (isMany) return <ManySymbols symbols={symbols} text={text} setText={setText} errors={errors} />;
  const wanted = keyOf(text);
  const matching = symbols.filter((symbol) => keyOf(symbol).includes(wanted)).slice(0, SUGGESTED);
  return (
    <Field
      label="Symbol"
      hint={`Such as ${symbols.find((one) => one.startsWith("BTC/")) ?? "BTC/USDT"}`}
      error={errors["symbol"]}
    >
      <input
        name="symbol"
        list="symbol-suggestions"
        required
        autocomplete="off"
        spellcheck={false}
        maxLength={64}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <datalist id="symbol-suggestions">
        {matching.map((symbol) => (
          <option key={symbol} value={symbol} />
        ))}
      </datalist>
    </Field>
  );
}

interface ManySymbolsProps extends Omit<SymbolsFieldProps, "isMany" | "initial"> {
  text: string;
  setText: (text: string) => void;
}

function ManySymbols({ symbols, text, setText, errors }: ManySymbolsProps) {
  const quotes = commonQuotes(symbols);
  return (
    <>
      <Field label="Symbols" hint={`One a line, at most ${MOST}`} error={errors["symbols"]}>
        <textarea
          name="symbols"
          rows={6}
          required
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </Field>
      {quotes.length > 0 && (
        <p class="row">
          <span class="quiet">Fill with all that are paid in</span>
          {quotes.map(([quote, members]) => (
            <button key={quote} type="button" onClick={() => setText(members.slice(0, MOST).join("\n"))}>
              {quote} ({members.length})
            </button>
          ))}
        </p>
      )}
    </>
  );
}

const MOST_QUOTES = 6;

/** The currencies that most of the symbols are paid in, with those symbols. */
function commonQuotes(symbols: string[]): [string, string[]][] {
  const byQuote = Map.groupBy(symbols, (symbol) => /\/([^:]+)/.exec(symbol)?.[1] ?? "");
  byQuote.delete("");
  return [...byQuote].sort(([, a], [, b]) => b.length - a.length).slice(0, MOST_QUOTES);
}

const keyOf = (text: string) => text.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");
