// One of a few, as buttons in a row: <Choice label="Sort" of={[{ value: 'a', name: 'A' }]} value="a" onPick={...} />
import './choice.css';

export interface ChoiceOption<T extends string> {
  value: T;
  name: string;
  title?: string;
}

export function Choice<T extends string>(of: {
  label: string;
  of: readonly ChoiceOption<T>[];
  value: T;
  onPick: (to: T) => void;
}) {
  return (
    <div class="choice-row">
      <span aria-hidden="true">{of.label}</span>
      <div class="choice" role="radiogroup" aria-label={of.label}>
        {of.of.map((each) => (
          <button key={each.value} type="button" role="radio" aria-checked={each.value === of.value} title={each.title}
            onClick={() => of.onPick(each.value)}>
            {each.name}
          </button>
        ))}
      </div>
    </div>
  );
}
