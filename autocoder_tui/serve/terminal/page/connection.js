// The socket to the program. What comes is acknowledged when it is on the screen, and what is typed
// goes out as fast as the program takes it: neither piles up.

const MOST_UNTAKEN = 65_536;
const SHOWN_STEP = 65_536;

export class Connection extends EventTarget {
  #socket;
  #open = false;
  #over = "";
  #waiting = [];
  #untaken = 0;
  #shown = 0;
  #show;

  // `show(bytes, done)` puts bytes on the screen and calls `done` when they are there.
  constructor(columns, rows, show) {
    super();
    this.#show = show;
    const address = new URL(`/app/socket?columns=${columns}&rows=${rows}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.#socket = new WebSocket(address);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => {
      this.#open = true;
      this.dispatchEvent(new Event("open"));
    };
    this.#socket.onmessage = ({ data }) => this.#heard(data);
    this.#socket.onclose = () => this.#closed();
  }

  type(bytes) {
    for (let at = 0; at < bytes.length; at += MOST_UNTAKEN)
      this.#waiting.push(bytes.subarray(at, at + MOST_UNTAKEN));
    this.#send();
  }

  resize(columns, rows) {
    this.#say({ type: "size", columns, rows });
  }

  close() {
    this.#socket.close();
  }

  #send() {
    while (this.#open && this.#waiting.length && this.#untaken < MOST_UNTAKEN) {
      const bytes = this.#waiting.shift();
      this.#untaken += bytes.length;
      this.#socket.send(bytes);
    }
  }

  #say(message) {
    if (this.#open) this.#socket.send(JSON.stringify(message));
  }

  #heard(data) {
    if (data instanceof ArrayBuffer) {
      const bytes = new Uint8Array(data);
      this.#show(bytes, () => this.#hasShown(bytes.length));
      return;
    }
    const said = JSON.parse(data);
    if (said.type === "taken") {
      this.#untaken -= said.bytes;
      this.#send();
    } else {
      this.#over = String(said.message);
    }
  }

  #hasShown(count) {
    this.#shown += count;
    if (this.#shown < SHOWN_STEP) return;
    this.#say({ type: "shown", bytes: this.#shown });
    this.#shown = 0;
  }

  #closed() {
    const message =
      this.#over ||
      (this.#open
        ? "The connection to the server was lost. The program there has ended; what it had is kept."
        : "The server let nobody in. If it was started anew, open the link it printed.");
    this.#open = false;
    this.dispatchEvent(new CustomEvent("over", { detail: message }));
  }
}
