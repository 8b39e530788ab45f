/** A schema that is edited on its page: each edit shows its code, and saving makes the next version. */

import { Schema, type SchemaEdit } from "@workbench/ui";
import type { CommandRegistry } from "@lumino/commands";
import * as React from "react";
import { failureOf, type Api, type SchemaRecord } from "./api";
import { CommandIDs } from "./tokens";
import type { ILanguage } from "./wording";

export function SchemaEditor(props: {
  schema: SchemaRecord;
  api: Api;
  commands: CommandRegistry;
  language: ILanguage;
  onSaved: (id: string) => void;
}): React.JSX.Element {
  const { schema, api, commands, language, onSaved } = props;
  const [errors, setErrors] = React.useState<Record<string, string>>({});
  const [status, setStatus] = React.useState<{ saved?: string; refused?: string }>({});
  const check = React.useCallback(
    (edits: SchemaEdit[]) => {
      api.checkEdits(schema.record, edits).then(setErrors, (error: unknown) => {
        setStatus({ refused: failureOf(error).message });
      });
    },
    [api, schema.record],
  );
  const save = async (edits: SchemaEdit[], name: string): Promise<void> => {
    try {
      const saved = await api.saveEdits(schema.record, edits, name);
      setStatus({ saved: saved.text });
      onSaved(saved.record);
    } catch (error) {
      setStatus({ refused: failureOf(error).message });
    }
  };
  return (
    <Schema
      data={schema.data}
      errors={errors}
      status={status}
      locale={language.locale}
      height={620}
      onCheck={check}
      onSave={(edits, name) => void save(edits, name)}
      onInsertCode={(code) => void commands.execute(CommandIDs.insertText, { code: `${schema.code}\n${code}` })}
    />
  );
}
