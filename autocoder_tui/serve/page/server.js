// What the page asks of the server besides conversations.

export const UNREACHABLE =
  "There is no connection to the server. See whether it runs, and open the address it printed.";

// The JSON at `path`. Throws an Error whose message is a sentence for the person.
export async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Error(UNREACHABLE);
  }
  if (answer.ok) return answer.status === 204 ? null : await answer.json();
  let said = `The server refused: status ${answer.status}.`;
  try {
    said = (await answer.json()).error.message;
  } catch {
    // It said nothing that can be shown.
  }
  throw Object.assign(new Error(said), { status: answer.status });
}
