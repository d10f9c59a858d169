// What the page asks of the server besides conversations.

// The JSON at `path`. Throws an Error whose message is a sentence for the person.
export async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Error("The server cannot be reached. Start it again, or see whether it runs.");
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
